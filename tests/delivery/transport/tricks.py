"""URLs that mean an address which must not be reached, and some that look odd and may be reached; @ is a port."""


def listed(text):
    return text.split()


SPECIAL_IPV4 = listed("""
0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.0.0.2
127.1.2.3 127.255.255.254 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170
192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1
239.255.255.250 240.0.0.1 255.255.255.254 255.255.255.255
""")

ENCODED_IPV4 = listed("""
2130706433 017700000001 0x7f000001 0x7F000001 0X7f000001 0x7f.0x0.0x0.0x1 0x7f.0.0.1 0177.0.0.1 0177.0.0.01 0177.0.1
0177.1 127.1 127.0.1 127.0x1 127.0.0.0x1 127.0.0.01 127.00.00.01 0127.0.0.1 00127.0.0.1 127.0.0.1. 127.0.0.1.. 127.1.
0 0x0 0. 00 0.0 4294967295 4294967296 2852039166 0xa9fea9fe 0xa9.0xfe.0xa9.0xfe 025177524776 169.254.43518
0xA9FEA9FE 3232235521 0xc0a80001 192.168.1 10.1 167772161 0x0a000001 127.0.0.1.0 127.0.0.256 256.0.0.1 1.2.3.4.5
999999999999 0x100000000 127.0.0.0x
""")

PERCENT = listed("""
127.0.0.%31 %31%32%37.0.0.1 127%2e0%2e0%2e1 127.0.0.1%00 127.0.0.1%20 localhost%00.example.com loc%61lhost 127.0.0.1%2f
127.0.0.1%23.example.com example.com%40127.0.0.1 %5b::1%5d %2531 %6c%6f%63%61%6c%68%6f%73%74
""")

IPV6 = listed("""
[::1] [::] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [0::1] [::0:1] [::0.0.0.1] [::127.0.0.1]
[::7f00:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::FFFF:127.0.0.1] [0:0:0:0:0:ffff:7f00:0001] [::ffff:0:127.0.0.1]
[::ffff:10.0.0.1] [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [::ffff:192.168.0.1] [::ffff:0.0.0.0]
[64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:7f00:0001::1]
[2002:a9fe:a9fe::1] [2002:c0a8:1::] [2001::1] [2001:0:7f00:1::] [2001:0:4136:e378:8000:63bf:3fff:fdd2] [2001:2::1]
[2001:10::1] [2001:db8::1] [3fff::1] [3fff:fff::1] [fc00::1] [fd00::1] [fd00:ec2::254] [fdff:ffff::1] [fe80::1]
[fe80::1%25lo] [fe80::1%lo] [fe80::1%25eth0] [febf::1] [fec0::1] [::1%25lo] [::1%lo] [ff02::1] [ff0e::1] [100::1]
[4000::1] [5f00::1] [8000::1] [::ffff:127.1] [::ffff:0x7f.0.0.1] [::1 [[::1]] []] [127.0.0.1] [v1.fe80] [:::1] [1::2::3]
[::1]x [::1].example.com [localhost] [::g]
""")

ALPHABETS = [
    "１２７.０.０.１",  # digits of full width
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",  # stops that IDNA reads as dots
    "127．0．0．1",
    "127｡0｡0｡1",
    "１６９.２５４.１６９.２５４",
    "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
    "127.0.0.¹",
    "٢١٣٠٧٠٦٤٣٣",
    "0ｘ7f000001",
    "127\u200b.0.0.1\u00a0",
    "\ud800.test",
]

WHOLE = [
    "http://user@127.0.0.1:@/",
    "http://user:word@127.0.0.1:@/",
    "http://example.com@127.0.0.1:@/",
    "http://example.com:80@127.0.0.1:@/",
    "http://example.com%2f@127.0.0.1:@/",
    "http://@127.0.0.1:@/",
    "http://127.0.0.1:@@example.com/",
    "http://a@b@127.0.0.1:@/",
    "http://\\127.0.0.1:@/",
    "http:\\\\127.0.0.1:@\\",
    "http://example.com\\@127.0.0.1:@/",
    "http://127.0.0.1:@\\.example.com/",
    "http:/\\127.0.0.1:@/",
    "http:127.0.0.1:@/",
    "http:/127.0.0.1:@/",
    "http:///127.0.0.1:@/",
    "//127.0.0.1:@/",
    "127.0.0.1:@/",
    "http://127.0.0.1:@\r\nHost: example.com/",
    "http://127.0.0.1\n:@/",
    "http://127.0.0.1\t:@/",
    "http://127.0.0.1:@/\x00",
    "http://127.0.0.1:@/p\r\nX-Evil: 1",
    "http://127.0.0.1:@/ HTTP/1.1",
    " http://127.0.0.1:@/",
    "\x00http://127.0.0.1:@/",
    "http://127.0.0.1:0@/",
    "http://127.0.0.1:+@/",
    "http://127.0.0.1: @/",
    "http://127.0.0.1:-@/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:@:80/",
    "http://127.0.0.1:@abc/",
    "http://127.0.0.1:０８０/",
    "http://:@/",
    "http://?@127.0.0.1:@/",
    "http://#@127.0.0.1:@/",
    "http://127.0.0.1:@?",
    "http://127.0.0.1:@#.example.com",
    "HTTP://127.0.0.1:@/",
    "hTTps://127.0.0.1:@/",
    "https://[::1]:@/",
    "ftp://127.0.0.1:@/",
    "file:///etc/passwd",
    "file://127.0.0.1:@/",
    "gopher://127.0.0.1:@/_GET",
    "dict://127.0.0.1:@/",
    "ldap://127.0.0.1:@/",
    "ws://127.0.0.1:@/",
    "telnet://127.0.0.1:@/",
    "javascript://127.0.0.1:@/",
    "http+unix://127.0.0.1:@/",
    "unix:///run/docker.sock",
    "view-source:http://127.0.0.1:@/",
    "http://http://127.0.0.1:@/",
    "http://127.0.0.1.:@/",
    "http://..127.0.0.1:@/",
    "http://a..b:@/",
    "http://*.127.0.0.1:@/",
    "http://$127.0.0.1:@/",
    "http://{host}:@/",
    "http://127.0.0.{subid}:@/",
    "http://127.0.0.1:{port}/",
]

HOSTS = [*SPECIAL_IPV4, *ENCODED_IPV4, *PERCENT, *IPV6, *ALPHABETS]

# Names, be it in the shape of a number: only what they resolve to is judged, if they do.
LOOKED_UP = listed("""
localhost LOCALHOST LocalHost localhost. any.localhost ip6-localhost ip6-loopback -1 127.0.0.-1 127.0.0.1e0 1e9
""")

MACROS_IN_THE_HOST = [
    "https://{subid}/p",
    "https://{subid}.example.com/p",
    "https://example.{subid}/p",
    "https://example.com:{subid}/p",
    "{subid}://example.com/p",
    "{subid}",
    "https://{subid}@example.com/p",
    "https://example.com{subid}/p",
    "//{subid}/p",
]

ALLOWED = listed("""
http://example.com/ https://example.com http://example.com:8080/p http://EXAMPLE.com/ http://example.com./ http://8.8.8.8/
http://1.1.1.1:65535/ http://9.255.255.255/ http://11.0.0.1/ http://100.63.255.255/ http://100.128.0.1/ http://126.0.0.1/
http://128.0.0.1/ http://169.253.0.1/ http://169.255.0.1/ http://172.15.0.1/ http://172.32.0.1/ http://192.0.1.1/
http://192.167.0.1/ http://192.169.0.1/ http://198.17.0.1/ http://198.20.0.1/ http://223.255.255.255/
http://[2606:4700:4700::1111]/ http://[2a00:1450:4001::1]:8080/ http://[2001:4860:4860::8888]/ http://[2001:200::1]/
http://[2003::1]/ http://[::ffff:8.8.8.8]/ http://a-b.example.com/ http://a_b.example.com/ http://xn--bcher-kva.example/
http://bücher.example/ü http://пример.испытание/ http://1.example.com/ http://127.0.0.1.example.com/ http://0x7f.example/
http://example.com/http://127.0.0.1/ http://example.com/?u=http://127.0.0.1/ http://example.com/@127.0.0.1/
http://example.com/%00 http://example.com?@127.0.0.1 http://example.com#@127.0.0.1 http://10.example.com/
http://example.com/..//../ http://example.com/a?b={c} http://cafe.test/ http://face/ http://dead.beef/
""")
