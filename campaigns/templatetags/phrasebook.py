"""`{{ postback.error|tell }}`: an English sentence of the log in the language of the page."""

from django import template

from campaigns.phrasebook import tell

register = template.Library()
register.filter("tell", tell, is_safe=False)
