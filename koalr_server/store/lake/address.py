"""Where a shared store is: its catalogue and the folder of its Parquet files (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from koalr_server.errors import InputError

SCHEME = "ducklake:"
HIDDEN = "***"
ALLOWED = (
    "ducklake:postgres://USER:PASSWORD@HOST:PORT/DATABASE?data=FOLDER or s3://BUCKET/PREFIX, "
    "or, for one machine, ducklake:/FOLDER/CATALOGUE?data=FOLDER"
)
DEFAULT_PORT = 5432


@dataclass(frozen=True, slots=True)
class PostgresCatalogue:
    """A database of a PostgreSQL server; `host` is a name, an address, or the folder of a Unix socket."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Its URL without the password."""
        server = f"{quote(self.host, safe='')}:{self.port}" if self.host.startswith("/") else f"{self.host}:{self.port}"
        return f"postgres://{self.user}@{server}/{self.database}"


@dataclass(frozen=True, slots=True)
class S3Access:
    """How a bucket is reached. `endpoint` is host:port of a server that is not Amazon's, "" for theirs."""

    key_id: str = ""
    secret: str = field(default="", repr=False)
    region: str = ""
    endpoint: str = ""
    encrypted: bool = True


@dataclass(frozen=True, slots=True)
class LakeAddress:
    """A shared store; `data` is an absolute folder or s3://bucket/prefix, with a slash at its end."""

    catalogue: PostgresCatalogue | Path
    data: str
    s3: S3Access = S3Access()

    @property
    def folder(self) -> Path | None:
        """The folder that one process at a time may use, None where many may use the store."""
        return self.catalogue.parent if isinstance(self.catalogue, Path) else None

    @property
    def bucket(self) -> bool:
        """Whether the Parquet files are in one."""
        return self.data.startswith("s3://")

    def __str__(self) -> str:
        """Its URL without the password."""
        return f"{SCHEME}{self.catalogue}?data={self.data}"

    def without_secrets(self, text: str) -> str:
        """A text of an engine or a library, with every secret of this address hidden."""
        password = self.catalogue.password if isinstance(self.catalogue, PostgresCatalogue) else ""
        for secret in (password, self.s3.secret):
            for form in {secret, quote(secret, safe=""), quote(secret)} - {""}:
                text = text.replace(form, HIDDEN)
        return text


# A data folder with a single file, or a shared store.
Place = Path | LakeAddress


def read_address(url: str, s3: S3Access = S3Access()) -> LakeAddress:
    """The address that a URL names.

    Raises:
        InputError: it names none; the text never has the URL, which may hold a password.
    """
    try:
        if not url.startswith(SCHEME):
            raise InputError(f"A store's URL begins with {SCHEME}; allowed is {ALLOWED}.")
        parts = urlsplit(url.removeprefix(SCHEME))
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        catalogue = _catalogue(parts, options)
        data = _data(options.pop("data", ""))
    except ValueError:
        raise InputError(f"The store's URL cannot be read; allowed is {ALLOWED}.") from None
    if options:
        raise InputError(f"The store's URL has an unknown part {sorted(options)[0][:40]!r}; allowed is {ALLOWED}.")
    return LakeAddress(catalogue, data, s3)


def _catalogue(parts: SplitResult, options: dict[str, str]) -> PostgresCatalogue | Path:
    if not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.endswith("/"):
        return Path(unquote(parts.path))
    database = unquote(parts.path.removeprefix("/"))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    if parts.scheme not in ("postgres", "postgresql") or not (host and database and parts.username):
        raise InputError(f"The store's URL names no catalogue with host, user and database; allowed is {ALLOWED}.")
    return PostgresCatalogue(
        host, parts.port or DEFAULT_PORT, database, unquote(parts.username), unquote(parts.password or "")
    )


def _data(folder: str) -> str:
    if not folder.startswith(("/", "s3://")) or folder in ("/", "s3://"):
        raise InputError(
            f"The store's URL has no data=, an absolute folder or a bucket for the Parquet files; allowed is {ALLOWED}."
        )
    return folder.rstrip("/") + "/"


def s3_access(values: Mapping[str, str]) -> S3Access:
    """The settings KOALR_S3_KEY_ID, KOALR_S3_SECRET, KOALR_S3_REGION, KOALR_S3_ENDPOINT (http:// for one without encryption)."""
    endpoint = values.get("KOALR_S3_ENDPOINT", "")
    return S3Access(
        values.get("KOALR_S3_KEY_ID", ""),
        values.get("KOALR_S3_SECRET", ""),
        values.get("KOALR_S3_REGION", ""),
        endpoint.removeprefix("http://").removeprefix("https://").rstrip("/"),
        encrypted=not endpoint.startswith("http://"),
    )
