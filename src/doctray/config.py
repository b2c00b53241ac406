"""Settings, in small frozen groups, from the environment, a .env file in the working directory, and files of secrets; the first that has
one holds.

The names of the systems that doctray replaces stay, beside ours. A URL wins over its parts (REDIS_URL over REDIS_HOST …).
Only entry points and `wiring` see `Settings`; everything below gets the values it needs. `docs/configuration.md` is
generated from this module.
"""

import hashlib
import ipaddress
import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from doctray.domain.retry import WEBHOOK_GAPS_S

WORKER_COUNT_LIMIT = 64

SECRETS_DIR = "/run/secrets"
"""Where Docker and Kubernetes put secrets, each in a file of its own; DOCTRAY_SECRETS_DIR names another folder."""


class SettingsError(Exception):
    """The settings cannot be used: what is wrong and how to mend it, one line each."""


def _env(*names: str) -> AliasChoices:
    return AliasChoices(*names)


def _comma_list(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


CommaList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_comma_list)]
"""Several values in one setting, by commas."""


def _server_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be an http(s) URL without user, query or fragment; keys have settings of their own")
    return value.rstrip("/")


ServerAddress = Annotated[str, AfterValidator(_server_address)]
"""Of a server that is asked over HTTP."""


class _Group(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)


class Service(_Group):
    """Where doctray lives and listens."""

    home: Path = Field(
        Path(".doctray"), validation_alias=_env("DOCTRAY_HOME"), description="folder that holds all state of the embedded default"
    )
    host: str = Field(
        "127.0.0.1", validation_alias=_env("DOCTRAY_HOST"), description="address to listen on; anything beyond loopback needs an API key"
    )
    port: int = Field(8000, ge=0, le=65535, validation_alias=_env("PORT"), description="port to listen on")
    environment: Literal["development", "staging", "production"] = Field(
        "development",
        validation_alias=_env("ENVIRONMENT"),
        description="`production` refuses placeholder or short keys and needs DOCTRAY_SECRET_KEY",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", validation_alias=_env("LOG_LEVEL"), description="least severe event that is logged"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", validation_alias=_env("LOG_FORMAT"), description="`auto`: console on a terminal, JSON elsewhere"
    )

    @field_validator("environment", "log_level", mode="before")
    @classmethod
    def _fold_case(cls, value: object, info: object) -> object:
        if not isinstance(value, str):
            return value
        return value.upper() if getattr(info, "field_name", "") == "log_level" else value.lower()


class Access(_Group):
    """Who may come in, and how often."""

    api_key: SecretStr | None = Field(
        None, validation_alias=_env("API_KEY"), description="a key of the owner `default` with scopes submit and read"
    )
    secret_key: SecretStr | None = Field(
        None,
        validation_alias=_env("DOCTRAY_SECRET_KEY"),
        description="seals webhook secrets and read tokens; unset: made once and kept in DOCTRAY_HOME/secret.key",
    )
    rate_per_minute: int = Field(
        50,
        ge=1,
        validation_alias=_env("API_RATE_LIMIT_PER_MINUTE"),
        description="submissions a minute per key (per client address without keys)",
    )
    reads_per_minute: int = Field(600, ge=1, validation_alias=_env("API_READ_LIMIT_PER_MINUTE"), description="reads a minute per key")
    cors_origins: CommaList = Field(
        (), validation_alias=_env("CORS_ORIGINS"), description="origins of pages that may poll with a read token, by commas"
    )


class Intake(_Group):
    """What is accepted."""

    max_file_size_mb: float = Field(50, gt=0, validation_alias=_env("MAX_FILE_SIZE_MB"), description="largest document in MiB")
    max_pages: int = Field(500, ge=1, validation_alias=_env("MAX_PAGES"), description="most pages of one document")
    max_pixels_mp: float = Field(120, gt=0, validation_alias=_env("MAX_PAGE_MEGAPIXELS"), description="largest page or image in megapixels")
    documents_dir: Path | None = Field(
        None, validation_alias=_env("DOCUMENTS_DIR"), description="folder that `file_path` may name files in; unset: DOCTRAY_HOME/documents"
    )
    max_queue_size: int = Field(
        1000, ge=1, validation_alias=_env("MAX_QUEUE_SIZE"), description="jobs waiting before new ones get 503 queue_full"
    )
    wait_max_seconds: float = Field(
        50, ge=0, validation_alias=_env("WAIT_MAX_SECONDS"), description="longest wait of `?wait=` and `Prefer: wait=`"
    )
    client_seconds: float = Field(
        30,
        gt=0,
        validation_alias=_env("CLIENT_TIMEOUT_SECONDS"),
        description="longest time that a client may take for a request's headers, and longest pause in sending a body or taking an answer",
    )
    min_free_mb: int = Field(
        200, ge=0, validation_alias=_env("MIN_FREE_DISK_MB"), description="room kept free; below it submissions get 503 storage_full"
    )

    @property
    def max_file_bytes(self) -> int:
        return int(self.max_file_size_mb * 1024 * 1024)


class Retention(_Group):
    """How long things are kept."""

    cache_ttl_hours: float = Field(
        24, ge=0, validation_alias=_env("CACHE_TTL_HOURS"), description="how long a result may be reused for the same content; 0: never"
    )
    retention_days: float = Field(
        7,
        gt=0,
        validation_alias=_env("RETENTION_DAYS"),
        description="how long documents and results are kept; longer than the last webhook try",
    )

    audit_retention_days: float = Field(
        365, gt=0, validation_alias=_env("AUDIT_RETENTION_DAYS"), description="how long the audit log remembers who did what"
    )

    @model_validator(mode="after")
    def _outlives_webhooks(self) -> "Retention":
        longest_s = sum(WEBHOOK_GAPS_S) * 1.1
        if self.retention_days * 86400 <= longest_s:
            raise ValueError(f"RETENTION_DAYS must be above {longest_s / 86400:.1f}, the time of the last webhook try")
        return self


class Redis(_Group):
    """The doorbell. Without any of these, `doctray serve` starts its own server."""

    url: SecretStr | None = Field(None, validation_alias=_env("REDIS_URL"), description="redis://, rediss:// or unix:// URL")
    host: str | None = Field(None, validation_alias=_env("REDIS_HOST"), description="used when REDIS_URL is unset")
    port: int = Field(6379, validation_alias=_env("REDIS_PORT"), description="with REDIS_HOST")
    password: SecretStr | None = Field(None, validation_alias=_env("REDIS_PASSWORD"), description="with REDIS_HOST")
    db: int = Field(0, ge=0, validation_alias=_env("REDIS_DB"), description="with REDIS_HOST")

    @property
    def dsn(self) -> str | None:
        if self.url is not None:
            return self.url.get_secret_value()
        if self.host is None:
            return None
        login = f":{quote(self.password.get_secret_value(), safe='')}@" if self.password else ""
        return f"redis://{login}{self.host}:{self.port}/{self.db}"


class Store(_Group):
    """The journal (SQL) and the blobs. Unset: SQLite and files under DOCTRAY_HOME."""

    database_url: SecretStr | None = Field(
        None, validation_alias=_env("DATABASE_URL"), description="sqlite:// (also sqlite+aiosqlite://) or postgresql:// URL"
    )
    postgres_host: str | None = Field(None, validation_alias=_env("POSTGRES_HOST"), description="used when DATABASE_URL is unset")
    postgres_port: int = Field(5432, validation_alias=_env("POSTGRES_PORT"), description="with POSTGRES_HOST")
    postgres_user: str = Field("doctray", validation_alias=_env("POSTGRES_USER"), description="with POSTGRES_HOST")
    postgres_password: SecretStr | None = Field(None, validation_alias=_env("POSTGRES_PASSWORD"), description="with POSTGRES_HOST")
    postgres_db: str = Field("doctray", validation_alias=_env("POSTGRES_DB"), description="with POSTGRES_HOST")
    postgres_pool_size: int = Field(
        10,
        ge=1,
        le=1000,
        validation_alias=_env("POSTGRES_POOL_SIZE"),
        description="connections that one process opens to PostgreSQL at most; all processes together must fit its max_connections",
    )
    s3_bucket: str | None = Field(
        None,
        min_length=1,
        validation_alias=_env("S3_BUCKET"),
        description="bucket that holds the documents (see docs/storage.md); unset: files under DOCTRAY_HOME",
    )
    s3_prefix: str = Field(
        "",
        pattern=r"^([A-Za-z0-9_-][A-Za-z0-9._-]*/?)*$",
        validation_alias=_env("S3_PREFIX"),
        description="begins every object's name, so that services can share a bucket: two that share a prefix delete each other's documents",
    )
    s3_endpoint_url: ServerAddress | None = Field(
        None, validation_alias=_env("S3_ENDPOINT_URL", "AWS_ENDPOINT_URL"), description="for S3 servers other than AWS"
    )
    s3_link_seconds: int | None = Field(
        None,
        ge=1,
        le=7 * 86400,
        validation_alias=_env("S3_LINK_SECONDS"),
        description="lets callers fetch results from the bucket by signed links that are good so long; unset: no links",
    )
    s3_link_endpoint_url: ServerAddress | None = Field(
        None,
        validation_alias=_env("S3_LINK_ENDPOINT_URL"),
        description="address of the bucket's server as callers reach it, for links; unset: S3_ENDPOINT_URL",
    )
    aws_region: str | None = Field(None, validation_alias=_env("AWS_REGION", "AWS_DEFAULT_REGION"), description="region of the bucket")
    aws_access_key_id: SecretStr | None = Field(
        None,
        validation_alias=_env("AWS_ACCESS_KEY_ID"),
        description="key id for the bucket; unset: web identity, container or instance role",
    )
    aws_secret_access_key: SecretStr | None = Field(None, validation_alias=_env("AWS_SECRET_ACCESS_KEY"), description="key for the bucket")
    aws_session_token: SecretStr | None = Field(
        None, validation_alias=_env("AWS_SESSION_TOKEN"), description="with a key that ends; doctray has to be restarted with the next one"
    )

    @model_validator(mode="after")
    def _key_is_complete(self) -> "Store":
        if (self.aws_access_key_id is None) != (self.aws_secret_access_key is None):
            raise ValueError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together; set both or neither")
        return self

    def dsn(self, home: Path) -> str:
        """SQLAlchemy URL with the driver named: sqlite+pysqlite or postgresql+asyncpg."""
        if self.database_url is not None:
            url = self.database_url.get_secret_value()
        elif self.postgres_host is not None:
            password = f":{quote(self.postgres_password.get_secret_value(), safe='')}" if self.postgres_password else ""
            url = (
                f"postgresql://{quote(self.postgres_user, safe='')}{password}@{self.postgres_host}:{self.postgres_port}/{self.postgres_db}"
            )
        else:
            url = f"sqlite:///{(home / 'journal.sqlite3').absolute()}"
        return database_dsn_of(url)


class Worker(_Group):
    """How many workers there are and how much each does at once (see the table in docs/configuration.md)."""

    enabled: bool = Field(True, validation_alias=_env("WORKER_ENABLED"), description="`serve` starts workers beside the API")
    count: int | None = Field(
        None,
        ge=1,
        le=WORKER_COUNT_LIMIT,
        validation_alias=_env("WORKER_COUNT"),
        description="worker processes that `serve` starts; unset: one a device",
    )
    processes: int = Field(
        1,
        ge=1,
        le=WORKER_COUNT_LIMIT,
        validation_alias=_env("WORKER_PROCESSES"),
        description="API processes (uvicorn workers) that `serve` and `api` start",
    )
    concurrency: int = Field(
        64,
        ge=1,
        le=1024,
        validation_alias=_env("WORKER_CONCURRENCY"),
        description="jobs that one worker has taken on and not read yet; most of them wait for a stage, holding next to nothing",
    )
    page_processes: int | None = Field(
        None,
        ge=1,
        le=256,
        validation_alias=_env("PAGE_PROCESSES"),
        description="documents that one worker has open at once, each in a process of its own; unset: one a core, at least 2, at most 16",
    )
    image_memory_mb: int | None = Field(
        None,
        ge=1,
        validation_alias=_env("MAX_IMAGE_MEMORY_MB"),
        description="MiB of page images on their way to the engine; unset: 72 on a CPU, 768 on a GPU",
    )
    devices: str = Field(
        "auto",
        validation_alias=_env("WORKER_DEVICES"),
        description="`auto` (every GPU, else cpu), `cpu`, or GPU numbers such as `0,1`: one engine process each",
    )
    max_extractions: int = Field(
        4,
        ge=1,
        validation_alias=_env("MAX_CONCURRENT_EXTRACTIONS"),
        description="extractions by a model that one worker has in flight; by rules at most two, each in a process",
    )
    max_memory_gb: float = Field(
        4.0,
        gt=0,
        validation_alias=_env("MAX_MEMORY_USAGE_GB"),
        description="resident memory of a worker with its engine and page processes, at which the engine is recycled",
    )
    gpu_memory_gb: float | None = Field(
        None, gt=0, validation_alias=_env("MAX_GPU_MEMORY_GB"), description="memory that an engine may take of its GPU; unset: all there is"
    )
    poll_interval_s: float = Field(
        0.02, gt=0, le=60, validation_alias=_env("WORKER_POLL_INTERVAL"), description="seconds between looks at the queue"
    )
    engine: str = Field(
        "easyocr",
        validation_alias=_env("OCR_ENGINE"),
        description="default OCR engine: `easyocr`, `easyocr_stock` (as its README uses it, for comparison), `rapidocr`, "
        "`google_documentai`, `null`, or a model of OCR_MODELS as `name@version` (see docs/engines.md)",
    )
    models: CommaList = Field(
        (),
        validation_alias=_env("OCR_MODELS"),
        description="models that are engines too: folders or s3:// prefixes with a model.json each, by commas (see docs/engines.md)",
    )
    engine_threads: int | None = Field(
        None,
        ge=1,
        le=256,
        validation_alias=_env("OCR_THREADS"),
        description="threads that an engine computes with on the CPU; unset: the cores, shared between the workers that `serve` starts on the CPU",
    )
    null_delay_ms: int = Field(
        0,
        ge=0,
        validation_alias=_env("NULL_ENGINE_DELAY_MS"),
        description="time that the engine `null` takes for each page, for load tests",
    )
    shadow_seconds_per_hour: float = Field(
        900.0,
        ge=0,
        le=3600,
        validation_alias=_env("SHADOW_SECONDS_PER_HOUR"),
        description="work that one worker spends within an hour on shadows of a rollout, while no caller's job waits; 0: none",
    )
    shadow_memory_gb: float = Field(
        2.0,
        gt=0,
        validation_alias=_env("SHADOW_MEMORY_GB"),
        description="resident memory of the engine process for shadows, beside `MAX_MEMORY_USAGE_GB`, above which it is killed",
    )
    second_reader: Literal["ppocr", "none"] = Field(
        "ppocr",
        validation_alias=_env("OCR_SECOND_READER"),
        description="who reads the lines of `easyocr` again, before the two readings are reconciled",
    )
    models_dir: Path | None = Field(
        None, validation_alias=_env("MODELS_DIR"), description="folder with EasyOCR weights for more languages; unset: DOCTRAY_HOME/models"
    )
    page_seconds: float = Field(
        180, gt=0, validation_alias=_env("PAGE_BUDGET_SECONDS"), description="time budget of one page, reading included"
    )
    extraction_seconds: float = Field(
        60, gt=0, validation_alias=_env("EXTRACTION_BUDGET_SECONDS"), description="time budget of the rules for one document"
    )
    job_seconds: float = Field(
        3600, gt=0, validation_alias=_env("JOB_BUDGET_SECONDS"), description="time budget of one job, waiting for its turn left out"
    )
    drain_seconds: float = Field(
        20, gt=0, validation_alias=_env("DRAIN_SECONDS"), description="time that running jobs get after SIGTERM before they are handed back"
    )
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        validation_alias=_env("WORKER_METRICS_PORT"),
        description="port of a worker's own /metrics and /livez; unset or 0: any free one, which its log names",
    )
    metrics_host: str = Field(
        "127.0.0.1",
        validation_alias=_env("WORKER_METRICS_HOST"),
        description="address that a worker shows its metrics on; in a container 0.0.0.0, behind a network that only Prometheus reaches",
    )
    lease_seconds: float = Field(
        15, gt=0, validation_alias=_env("WORKER_LEASE_SECONDS"), description="how long a silent worker keeps its jobs"
    )
    heartbeat_seconds: float = Field(
        5, gt=0, validation_alias=_env("WORKER_HEARTBEAT_SECONDS"), description="how often it renews its lease"
    )
    sweep_seconds: float = Field(
        2, gt=0, validation_alias=_env("SWEEP_SECONDS"), description="how often lost leases, unrung jobs and due webhooks are looked for"
    )

    @field_validator("models")
    @classmethod
    def _are_places(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for place in value:
            scheme, parted, rest = place.partition("://")
            if parted and (scheme != "s3" or not rest.strip("/").partition("/")[0]):
                raise ValueError("each must be a folder, or s3://bucket/prefix")
        return value

    @model_validator(mode="after")
    def _lease_outlives_heartbeats(self) -> "Worker":
        if self.lease_seconds <= 2 * self.heartbeat_seconds:
            raise ValueError("WORKER_LEASE_SECONDS must be more than twice WORKER_HEARTBEAT_SECONDS, or a slow moment loses every job")
        return self


class Google(_Group):
    """The engine `google_documentai`. Unset: there is none, and no page leaves (see docs/engines.md)."""

    processor: str | None = Field(
        None,
        pattern=r"^projects/[A-Za-z0-9:._-]{1,64}/locations/[a-z0-9-]{1,32}/processors/[A-Za-z0-9_-]{1,64}"
        r"(/processorVersions/[A-Za-z0-9._-]{1,128})?$",
        validation_alias=_env("GOOGLE_DOCUMENTAI_PROCESSOR"),
        description="full name of a Document AI processor, `projects/…/locations/…/processors/…`: page images are sent to Google",
    )
    credentials_file: Path | None = Field(
        None,
        validation_alias=_env("GOOGLE_APPLICATION_CREDENTIALS"),
        description="key file of the service account that asks it; unset: the machine's own account",
    )
    endpoint: ServerAddress | None = Field(
        None,
        validation_alias=_env("GOOGLE_DOCUMENTAI_ENDPOINT"),
        description="another address of Document AI (a private one, a proxy); unset: Google's for the processor's location",
    )
    timeout_seconds: float = Field(
        60, gt=0, le=600, validation_alias=_env("GOOGLE_DOCUMENTAI_TIMEOUT_SECONDS"), description="time for one page, repeats included"
    )
    requests: int = Field(
        8, ge=1, le=64, validation_alias=_env("GOOGLE_DOCUMENTAI_REQUESTS"), description="pages that one worker asks about at once"
    )
    page_price: NonNegativeFloat = Field(
        0.0015,
        validation_alias=_env("GOOGLE_DOCUMENTAI_PAGE_PRICE"),
        description="dollars that a page costs, for the report of a rollout; Enterprise Document OCR's list price unless set",
    )

    @property
    def address(self) -> str:
        """Where the processor answers; only of use with one."""
        if self.endpoint is not None:
            return self.endpoint
        parts = (self.processor or "").split("/")
        return f"https://{parts[3] if len(parts) > 3 else 'us'}-documentai.googleapis.com"


class Outbound(_Group):
    """What doctray may connect to, and how it announces outcomes."""

    allow: CommaList = Field(
        (),
        validation_alias=_env("OUTBOUND_ALLOW"),
        description="hosts, addresses or networks (CIDR, host:port) that url and webhook targets may name although they are private, by commas",
    )
    webhook_secret: SecretStr | None = Field(
        None,
        validation_alias=_env("WEBHOOK_SECRET"),
        description="whsec_… secret that signs the default owner's webhooks; unset: made once, shown by GET /v1/webhook-secret",
    )
    laravel_url: str | None = Field(
        None, validation_alias=_env("LARAVEL_API_URL"), description="default webhook target for jobs that name none; its host is allowed"
    )
    laravel_key: SecretStr | None = Field(
        None, validation_alias=_env("LARAVEL_API_KEY"), description="sent to LARAVEL_API_URL as x-api-key, nowhere else"
    )


class Llm(_Group):
    """Language models for extraction. Without any of these the extractor is `rules` (see docs/extractors.md)."""

    default_extractor: Literal["rules", "gemini", "openai_compatible"] | None = Field(
        None,
        validation_alias=_env("DEFAULT_EXTRACTOR"),
        description="extractor of jobs that name none; unset: `openai_compatible` with LLM_BASE_URL, else `gemini` with GEMINI_API_KEY, else `rules`",
    )
    gemini_api_key: SecretStr | None = Field(
        None, validation_alias=_env("GEMINI_API_KEY"), description="for the extractor `gemini`: documents' text is sent to Google"
    )
    gemini_model: str = Field("gemini-3.8-flash", min_length=1, validation_alias=_env("GEMINI_MODEL"), description="model of `gemini`")
    gemini_base_url: ServerAddress | None = Field(
        None, validation_alias=_env("GEMINI_BASE_URL"), description="another address that speaks Gemini's protocol; unset: Google's"
    )
    base_url: ServerAddress | None = Field(
        None,
        validation_alias=_env("LLM_BASE_URL"),
        description="server of the extractor `openai_compatible` (vLLM, Ollama, llama.cpp …), such as http://127.0.0.1:11434/v1",
    )
    api_key: SecretStr | None = Field(None, validation_alias=_env("LLM_API_KEY"), description="sent to LLM_BASE_URL as a bearer token")
    model: str | None = Field(None, validation_alias=_env("LLM_MODEL"), description="model of `openai_compatible`, as its server calls it")
    timeout_seconds: float = Field(
        120,
        gt=0,
        validation_alias=_env("LLM_TIMEOUT_SECONDS"),
        description="time for all questions about one document, repeats included; then rules take over",
    )
    max_input_tokens: int = Field(
        12_000,
        ge=500,
        validation_alias=_env("LLM_MAX_INPUT_TOKENS"),
        description="text of one question in tokens (estimated); longer documents are split by pages",
    )
    max_document_tokens: int = Field(
        200_000,
        ge=500,
        validation_alias=_env("LLM_MAX_DOCUMENT_TOKENS"),
        description="text of one document in tokens (estimated); pages beyond are not shown to the model",
    )
    max_output_tokens: int = Field(
        16_384,
        ge=64,
        validation_alias=_env("LLM_MAX_OUTPUT_TOKENS"),
        description="longest answer in tokens, thinking included; a model that runs on is cut off there",
    )
    page_images: int = Field(
        0, ge=0, le=16, validation_alias=_env("LLM_PAGE_IMAGES"), description="page images sent with one question at most, beside the text"
    )
    prices: dict[str, tuple[NonNegativeFloat, NonNegativeFloat]] = Field(
        {},
        validation_alias=_env("LLM_PRICES"),
        description='for the cost metric: JSON of model → price of a million input and output tokens, such as {"my-model": [0.3, 2.5]}',
    )
    breaker_failures: int = Field(
        3,
        ge=1,
        validation_alias=_env("LLM_BREAKER_FAILURES"),
        description="documents failed in a row after which a model is not asked for a while",
    )
    breaker_seconds: float = Field(
        60, gt=0, validation_alias=_env("LLM_BREAKER_SECONDS"), description="how long; then one document is tried with it"
    )

    @model_validator(mode="after")
    def _is_complete(self) -> "Llm":
        if (self.base_url is None) != (self.model is None):
            raise ValueError("LLM_BASE_URL and LLM_MODEL go together; set both or neither")
        if self.default_extractor is not None and self.default_extractor not in self.extractors:
            needs = "GEMINI_API_KEY" if self.default_extractor == "gemini" else "LLM_BASE_URL and LLM_MODEL"
            raise ValueError(f"DEFAULT_EXTRACTOR is {self.default_extractor}, which needs {needs}")
        return self

    @property
    def extractors(self) -> tuple[str, ...]:
        """Extractors that are configured, the default one first."""
        found = {"openai_compatible": self.base_url is not None, "gemini": self.gemini_api_key is not None, "rules": True}
        names = [name for name, there in found.items() if there]
        return tuple(sorted(names, key=lambda name: name != self.default_extractor))


GROUPS: tuple[type[_Group], ...] = (Service, Access, Intake, Retention, Redis, Store, Worker, Google, Outbound, Llm)


class Settings:
    """All groups, read once at an entry point."""

    def __init__(self) -> None:
        problems: list[str] = []
        groups: dict[type[_Group], _Group] = {}
        files = Path(os.environ.get("DOCTRAY_SECRETS_DIR") or SECRETS_DIR)
        for group in GROUPS:
            try:
                groups[group] = group(_secrets_dir=files if files.is_dir() else None)
            except ValidationError as error:
                problems.extend(_explain(group, item) for item in error.errors(include_input=False, include_url=False))
            except OSError as error:
                problems.append(f"{error.filename}: {error.strerror}; a file named after a setting must be readable by user {os.getuid()}")
        if problems:
            raise SettingsError("\n".join(problems))
        self.service: Service = groups[Service]  # type: ignore[assignment]
        self.access: Access = groups[Access]  # type: ignore[assignment]
        self.intake: Intake = groups[Intake]  # type: ignore[assignment]
        self.retention: Retention = groups[Retention]  # type: ignore[assignment]
        self.redis: Redis = groups[Redis]  # type: ignore[assignment]
        self.store: Store = groups[Store]  # type: ignore[assignment]
        self.worker: Worker = groups[Worker]  # type: ignore[assignment]
        self.google: Google = groups[Google]  # type: ignore[assignment]
        self.outbound: Outbound = groups[Outbound]  # type: ignore[assignment]
        self.llm: Llm = groups[Llm]  # type: ignore[assignment]

    @property
    def home(self) -> Path:
        return self.service.home.absolute()

    @property
    def database_dsn(self) -> str:
        return self.store.dsn(self.home)

    @property
    def documents_dir(self) -> Path:
        return (self.intake.documents_dir or self.home / "documents").absolute()

    @property
    def models_dir(self) -> Path:
        return (self.worker.models_dir or self.home / "models").absolute()

    @property
    def redis_dsn(self) -> str:
        """Of the settings, else of the embedded server of this DOCTRAY_HOME."""
        return self.redis.dsn or f"unix://{embedded_redis_socket(self.home)}"

    def secret_key(self) -> bytes:
        """DOCTRAY_SECRET_KEY, else a key made once and kept in DOCTRAY_HOME/secret.key (mode 0600)."""
        if self.access.secret_key is not None:
            return self.access.secret_key.get_secret_value().encode()
        if self.service.environment == "production":
            raise SettingsError(
                "ENVIRONMENT=production needs DOCTRAY_SECRET_KEY (at least 32 characters); make one with: openssl rand -base64 36"
            )
        path = self.home / "secret.key"
        self.home.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into place, so that of several processes that start at once one wins and none reads half a key.
        draft = self.home / f"secret.key.{os.getpid()}.{secrets.token_hex(4)}"
        if not path.exists():
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(36))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip().encode()


def database_dsn_of(url: str) -> str:
    """A database's URL with the driver that is used for it. Raises SettingsError for another kind of database."""
    scheme, _, rest = url.partition("://")
    family = scheme.split("+")[0]
    if family == "sqlite":
        return f"sqlite+pysqlite://{rest}"
    if family in ("postgres", "postgresql"):
        return f"postgresql+asyncpg://{rest}"
    raise SettingsError(f"DATABASE_URL begins with {scheme}://; use sqlite:// or postgresql://")


def embedded_redis_socket(home: Path) -> Path:
    """Where the embedded Redis of this DOCTRAY_HOME listens: a socket that only this user can open.

    The kernel takes at most 107 bytes of path (unix(7)), so a deep home gets one in the temporary folder.
    """
    path = home / "redis.sock"
    if len(os.fsencode(path)) <= 107:
        return path
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"doctray-{os.getuid()}-{digest}.sock"


def is_loopback(host: str) -> bool:
    """Whether listening on this host stays on the machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def env_names(group: type[_Group], field: str) -> list[str]:
    """The environment names of a field, the preferred one first."""
    alias = group.model_fields[field].validation_alias
    return [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else [field.upper()]


def _explain(group: type[_Group], item: object) -> str:
    location = item["loc"]  # type: ignore[index]
    message = str(item["msg"]).removeprefix("Value error, ")  # type: ignore[index]
    name = str(location[0]) if location else ""
    if name in group.model_fields:
        name = env_names(group, name)[0]
    return f"{name}: {message}" if name else message
