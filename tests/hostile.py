"""Two hundred texts that mean harm, or that a page may break on. Wherever people write, one of them may stand."""

TAGS = (
    "<script>{0}</script>",
    "<ScRiPt >{0}</sCrIpT>",
    "</script><script>{0}</script>",
    "</textarea><script>{0}</script>",
    "</title><script>{0}</script>",
    "--><script>{0}</script><!--",
    "]]><script>{0}</script>",
    "<script src=data:text/javascript,{0}></script>",
    "<script type=module>{0}</script>",
    "<svg><script>{0}</script></svg>",
    "<svg onload={0}>",
    '"><svg onload={0}>',
    "'><svg onload={0}>",
    "<svg><animate onbegin={0} attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:{0}><text x=20 y=20>x</text></a></svg>",
    "<math><mtext></p><script>{0}</script>",
    "<iframe src=javascript:{0}></iframe>",
    "<iframe srcdoc='<script>{0}</script>'></iframe>",
    "<object data=javascript:{0}></object>",
    "<embed src=javascript:{0}>",
    "<base href=javascript:{0}//>",
    "<meta http-equiv=refresh content='0;url=javascript:{0}'>",
    "<link rel=stylesheet href=javascript:{0}>",
    "<style>@import 'javascript:{0}';</style>",
    "<style>*{{background:url(javascript:{0})}}</style>",
    "<form action=javascript:{0}><button>x</button></form>",
    "<button formaction=javascript:{0}>x</button>",
    "<a href=javascript:{0}>x</a>",
    "<template><script>{0}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={0}>'>",
    "<img src=x onerror={0}>",
    '" onmouseover="{0}" x="',
    "' onfocus='{0}' autofocus x='",
    "` onfocus=`{0}` autofocus",
    "&lt;script&gt;{0}&lt;/script&gt;",
    "&#60;script&#62;{0}&#60;/script&#62;",
    "%3Cscript%3E{0}%3C/script%3E",
    "\\u003cscript\\u003e{0}\\u003c/script\\u003e",
    "javascript:{0}",
    "JaVaScRiPt:{0}",
    "java\tscript:{0}",
    "data:text/html,<script>{0}</script>",
    "vbscript:{0}",
    "<div hx-get=/logout hx-trigger=load hx-on::load={0}>x</div>",
    "<div data-hotkey=a data-copy='{0}' hx-on:load='{0}'>x</div>",
)
EVENTS = (
    *("onload", "onerror", "onfocus", "onclick", "onmouseover", "ontoggle", "onanimationstart", "onpointerover"),
    *("onbeforetoggle", "oncontentvisibilityautostatechange", "onscrollend", "onwheel"),
)
ELEMENTS = (
    "img src=x",
    "details open",
    "video src=x",
    "input autofocus",
    "body",
    "marquee",
    "select autofocus",
    "audio src=x",
)
TEMPLATES = (
    *("{{ 7*7 }}", "{{ ''.__class__.__mro__ }}", "{{ config }}", "{% raw %}", "{% include 'layout.html' %}", "{# x"),
    *(
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "%(name)s %s %d %n",
        "{0} {name} {}",
        "{{constructor.constructor('alert(1)')()}}",
    ),
)
QUERIES = (
    *("' OR '1'='1", "'; DROP TABLE users; --", '" OR ""="', "1; SELECT pg_sleep(9)", "\\'; --", "%", "_", "%%%"),
    *("') UNION SELECT password_hash FROM users --", "$$; --", "* & | ! <-> :*", "'' '' ''"),
)
LINES = (
    *("first\r\nSet-Cookie: a=b", "first\nsecond\n\n\n\nthird", "name\r\n\r\n<script>alert(1)</script>", "tab\tbed"),
    *("../../../etc/passwd", "..\\..\\windows\\system32", "/dev/null", "con.png", ".htaccess", "a" * 255 + ".png"),
    *(
        "file:///etc/passwd",
        "http://127.0.0.1:1/",
        "//evil.example/x",
        "=1+1",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "+1",
        "-1",
    ),
)
SCRIPTS = (
    *("शांत कमल का तालाब", "हिन्दी " * 8, "حديقة هادئة في الصباح", "שלום עולם", "静かな池の睡蓮", "Ω≈ç√∫˜µ≤≥÷", "ﷺ" * 8),
    *("🪷🌿🦩" * 10, "👨‍👩‍👧‍👦👩🏽‍🚀🏳️‍🌈", "mixed حديقة and שלום with English", "Z̴̧̛a̷l̵g̶o̸ " + "a" + "\u0301" * 40, "İıſK"),
)
UNSEEN = (
    *(
        "\u202egnp.live",
        "\u202e\u202d\u2066\u2067\u2068",
        "a\u200bb\u200cc\u200dd\u2060e\ufeff",
        "\u200e\u200f",
        "soft\u00adhyphen",
    ),
    *(
        "\u2028line\u2029paragraph",
        "\u3164\u115f\u1160",
        "\U000e0041\U000e0042 tags",
        "\ufdd0\ufffe",
        "no\u00a0break " * 6,
    ),
)
WIDE = (
    "W" * 60,
    "x" * 2000,
    "word " * 400,
    "ﷺ" * 60,
    "🪷" * 60,
    "." * 60,
    "a/" * 30,
    "https://garden.example/" + "p" * 200,
)

HARM = "window.ran=1;alert(1)"
HOSTILE: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            *(tag.format(HARM) for tag in TAGS),
            *(f"<{element} {event}={HARM}>" for element in ELEMENTS for event in EVENTS),
            *TEMPLATES,
            *QUERIES,
            *LINES,
            *SCRIPTS,
            *UNSEEN,
            *WIDE,
        )
    )
)
