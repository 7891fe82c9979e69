"""The sandbox's few web pages: plain HTML and CSS, no script, every form works by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode

__all__ = ["button", "hidden", "page", "pick_page", "with_query"]

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:1.5rem}
h1{margin:0 0 .25rem}h2{margin:2rem 0 .5rem;font-size:1.15rem}
.notice{background:#fff3cd;color:#4d3b00;border-left:.4rem solid #b58900;padding:.5rem 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8886}
th{font-weight:400;width:16rem}small{font-family:ui-monospace,monospace;opacity:.75;margin-left:.4rem}
code{font-size:.9em;word-break:break-all}
code.copy{user-select:all;-webkit-user-select:all}
details{margin:.5rem 0}summary{cursor:pointer;padding:.25rem 0}
.row{display:flex;flex-wrap:wrap;gap:.25rem .75rem}
form{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;margin:.5rem 0}
label{display:flex;flex-direction:column;font-size:.9rem}
label.tick{flex-direction:row;gap:.4rem;align-items:center}
input,select,button{font:inherit;padding:.35rem .6rem;border:1px solid #888;border-radius:.3rem}
button{background:#0b5cad;color:#fff;border-color:#0b5cad;cursor:pointer}
button.plain{background:transparent;color:inherit}
:focus-visible{outline:3px solid #f59f00;outline-offset:2px}
"""


def page(title: str, body: str) -> str:
    """A whole page; ``body`` is HTML."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{body}"
        "</main></body></html>"
    )


def hidden(values: Mapping[str, str]) -> str:
    """Hidden inputs."""
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in values.items()
    )


def button(text: str, *, name: str = "", value: str = "", plain: bool = False) -> str:
    """A submit button."""
    named = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    return f"<button{' class=plain' if plain else ''}{named}>{escape(text)}</button>"


def pick_page(title: str, action: str, kept: Mapping[str, str], users: Iterable[tuple[str, str, str]]) -> str:
    """Choose who signs in. ``users``: (sourcedId, shown name, role)."""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(role)}</td><td><code>{escape(sourced_id)}</code></td>"
        f"<td>{button('Sign in as ' + name, name='user', value=sourced_id)}</td></tr>"
        for sourced_id, name, role in users
    )
    return page(
        title,
        '<p class="notice">A make-believe sign-in: choose who you want to be. No password is asked for.</p>'
        f'<form method="post" action="{escape(action)}">{hidden(kept)}'
        f"<table><thead><tr><th>Name</th><th>Role</th><th>sourcedId</th><th></th></tr></thead><tbody>{rows}</tbody>"
        f"</table>{button('Refuse', name='user', value='', plain=True)}</form>",
    )


def with_query(address: str, values: Mapping[str, str]) -> str:
    """The address with more query parameters."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"
