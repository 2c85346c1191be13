/* The editor of a postback's URL. */
