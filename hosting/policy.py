"""What browsers are told to allow on our pages (pure)."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
FIXED_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    # Addresses hold teams and pull requests: they are nobody else's business.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# A year, and this host alone: others of the domain are not ours to speak for.
STRICT_TRANSPORT = "max-age=31536000"


def script_hashes(html: str) -> list[str]:
    """The CSP sources of the scripts that stand in a page itself."""
    return [
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in INLINE_SCRIPT.findall(html)
    ]


def content_security_policy(html: str, frame_ancestors: Sequence[str]) -> str:
    """The policy of the dashboard: this host alone, no script but its files and those of `html`.

    Styles are made in the page by Streamlit and Plotly, so they may be inline; charts and exports use data: and blob:.
    Streamlit counts in 64 bits with WebAssembly, for which there is a word that allows no JavaScript from text.
    """
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'", *script_hashes(html)],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'", *frame_ancestors],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
