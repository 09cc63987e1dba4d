"""The style of a case file's page: one column of text, charts as wide as it, tables that scroll by themselves."""

STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #2b3137; font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 28px; line-height: 1.25; color: #15181c; margin: 8px 0 12px; }
h2 { font-size: 19px; color: #15181c; margin: 36px 0 8px; }
p { max-width: 80ch; margin: 6px 0; }
.notes { color: #59636e; font-size: 14px; }
.chart { width: 100%; margin-top: 10px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; margin: 10px 0; }
th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid #e3e7eb; vertical-align: top; }
th { color: #59636e; font-weight: normal; }
code, pre { font-family: "DejaVu Sans Mono", monospace; font-size: 13px; overflow-wrap: anywhere; }
pre { background: #f4f6f8; padding: 10px 12px; overflow-x: auto; }
a { color: #22588c; }
details { margin-top: 36px; }
summary { font-size: 19px; font-weight: bold; color: #15181c; cursor: pointer; }
@media (max-width: 700px) { main { padding: 12px 12px 40px; } h1 { font-size: 22px; } }
"""
