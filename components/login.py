"""Log-in by OpenID Connect: whether it is set up, and set up whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from hosting.sharing import SettingError

SECTION = "auth"
PROVIDER_KEYS = ("client_id", "client_secret", "server_metadata_url")
CALLBACK = "/oauth2callback"
# Whoever guesses it can sign any name.
SHORTEST_COOKIE_SECRET = 32


@dataclass(frozen=True, slots=True)
class Login:
    """The ways to log in, as `st.login` names them; None is the only one, without a name."""

    providers: tuple[str | None, ...]


def configured(base_path: str) -> Login | None:
    """The log-in that Streamlit's secrets describe, or None if they have no [auth].

    Args:
        base_path: "" or like "/metrics".

    Raises:
        SettingError: there is one and it cannot work, or a file of secrets cannot be read. What it holds is not shown.
    """
    section = _section()
    if section is None:
        return None
    if len(str(section.get("cookie_secret", ""))) < SHORTEST_COOKIE_SECRET:
        raise SettingError(
            f"[auth] needs a cookie_secret of {SHORTEST_COOKIE_SECRET} characters or more; make one with: openssl rand -hex 32"
        )
    redirect = str(section.get("redirect_uri", ""))
    if not redirect.startswith(("https://", "http://")) or not redirect.endswith(base_path + CALLBACK):
        raise SettingError(
            f"[auth] needs a redirect_uri that ends in {base_path}{CALLBACK}, "
            f"such as https://metrics.acme.com{base_path}{CALLBACK}"
        )
    login = Login(_providers(section))
    try:
        import_module("authlib.integrations.starlette_client")
    except ImportError:
        raise SettingError("[auth] asks for a log-in, and that needs Authlib: pip install '.[login]'") from None
    return login


def _section() -> Mapping[str, Any] | None:
    files = [Path(name) for name in st.get_option("secrets.files")]
    for path in files:
        # Streamlit looks into its own folders anyway; a file that somebody named must be there, or all would be let in.
        if path.parent.name != ".streamlit" and not path.exists():
            raise SettingError(f"The file of secrets {path} is not there.")
    if not any(path.exists() for path in files):
        return None
    try:
        found = st.secrets.to_dict().get(SECTION)
    except StreamlitSecretNotFoundError:
        named = " or ".join(str(path) for path in files if path.exists())
        raise SettingError(f"{named} cannot be read as TOML.") from None
    except OSError as error:
        raise SettingError(f"The file of secrets {error.filename} cannot be read: {error.strerror}.") from None
    if found is not None and not isinstance(found, Mapping):
        raise SettingError("auth in the secrets should be a section, [auth].")
    return found


def _providers(section: Mapping[str, Any]) -> tuple[str | None, ...]:
    named = {name: value for name, value in section.items() if isinstance(value, Mapping) and name != "client_kwargs"}
    for name, provider in (named or {"": section}).items():
        missing = [key for key in PROVIDER_KEYS if not provider.get(key)]
        if missing:
            raise SettingError(f"[{'.'.join(filter(None, (SECTION, name)))}] lacks {', '.join(missing)}.")
        if "_" in name:
            raise SettingError(f"[auth.{name}] needs a name without an underscore.")
    return tuple(named) or (None,)
