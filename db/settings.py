"""Settings, all from the environment as `ANWANG_*`; README.md documents each in its table."""

from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from db.errors import CannotStart

PROJECT = Path(__file__).resolve().parent.parent
FILES = (
    "base_map_file",
    "mqtt_tls_certificate",
    "mqtt_tls_key",
    "mqtt_tls_client_ca",
    "mqtt_ca_file",
    "mqtt_certificate",
    "mqtt_key",
)


class Settings(BaseSettings):
    """Everything an installation may choose. A URL left empty means: run a private service under `var_dir`."""

    model_config = SettingsConfigDict(env_prefix="ANWANG_", extra="ignore")

    var_dir: Path = Field(PROJECT / "var", description="data, sockets, logs and generated secrets of this installation")

    database_url: str = Field("", description="external PostgreSQL as the schema's owner; empty: a private cluster")
    database_app_url: str = Field("", description="the application's own role; empty: derived by `anwang db upgrade`")
    redis_url: str = Field(
        "", description="external Redis for Celery's messages, or RabbitMQ as amqp://…; empty: a private Redis"
    )
    mqtt_url: str = Field("", description="external broker, mqtt://user:password@host:port; empty: a private one")

    bind_host: str = Field("127.0.0.1", description="address the portal and the private broker listen on")
    portal_port: int = Field(8050, ge=1, le=65535, description="the portal's port")
    public_url: str = Field(
        "",
        pattern="^(https?://[^/?#]+/?)?$",
        description="the portal's address for people's phones, in labels and messages; empty: as each request came",
    )
    portal_workers: int = Field(2, ge=1, le=64, description="portal processes")
    postgres_port: int = Field(8432, ge=1, le=65535, description="port of the private PostgreSQL, loopback only")
    redis_port: int = Field(8379, ge=1, le=65535, description="port of the private Redis, loopback only")
    mqtt_port: int = Field(11883, ge=1, le=65535, description="port of the private broker")
    mqtt_tls_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="port of the private broker for devices over TLS; the plain one is then on loopback only; 0: none",
    )
    mqtt_tls_certificate: str = Field("", description="the private broker's certificate with its chain, a PEM file")
    mqtt_tls_key: str = Field("", description="the key of that certificate, a PEM file without a passphrase")
    mqtt_tls_client_ca: str = Field(
        "", description="authority whose certificates devices must show beside their login; empty: the login is enough"
    )
    mqtt_ca_file: str = Field(
        "", description="authority that clients of an mqtts:// broker believe, a PEM file; empty: the system's"
    )
    mqtt_certificate: str = Field("", description="certificate that our programs show to an mqtts:// broker")
    mqtt_key: str = Field("", description="the key of that certificate")
    worker_processes: int = Field(1, ge=1, le=64, description="Celery worker processes")

    session_idle_minutes: int = Field(60, ge=1, description="a session ends after this long without a request")
    session_absolute_hours: int = Field(12, ge=1, description="a session ends after this long in any case")
    wall_session_days: int = Field(90, ge=1, description="a wall display's session, renewed by its device token")
    login_failures: int = Field(5, ge=1, description="wrong passwords before an account locks")
    lockout_minutes: int = Field(15, ge=1, description="how long a locked account stays locked")
    trusted_proxies: str = Field("", description="addresses of reverse proxies whose X-Forwarded-For is believed")
    cookie_secure: bool = Field(False, description="send cookies over HTTPS only; set it behind TLS")

    signal_retention_days: int = Field(90, ge=2, description="signals are on record for this many days")
    signals_after_retention: Literal["archive", "drop", "keep"] = Field(
        "archive", description="what becomes of older signals: archive (a Parquet file a day), drop or keep"
    )
    archive_dir: str = Field("", description="folder of archived signals; empty: `archive` among the data")
    readings_5min_retention_days: int = Field(185, ge=35, description="five-minute readings are kept for this long")
    readings_daily_retention_days: int = Field(3660, ge=400, description="daily readings are kept for this long")
    bulletin_days: str = Field("1,16", description="days of the month on which a bulletin is drafted by the clock")
    raw_retention_days: int = Field(7, ge=1, description="bytes of accepted messages are kept for this long")
    dead_letter_retention_days: int = Field(90, ge=1, description="refused messages are kept for this long")
    dead_letter_quota_mb: int = Field(1024, ge=1, description="most room for refused messages")
    gateway_processes: int = Field(1, ge=0, le=32, description="MQTT gateways that `anwang up` runs, sharing the load")
    gateway_shared: bool = Field(
        False,
        description="gateways elsewhere share the load too; the broker must keep shared subscriptions over a restart",
    )
    gateway_name: str = Field(
        "gateway",
        pattern="^[a-z0-9-]{1,40}$",
        description="name of this machine's gateways at the broker, unlike any other's",
    )
    gateway_batch_messages: int = Field(2000, ge=1, description="most messages the gateway commits together")
    gateway_batch_seconds: float = Field(0.05, gt=0, description="longest wait before the gateway commits")
    gb26875_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="port for transmission devices (GB/T 26875.3), TCP and UDP; 0: closed",
    )
    gb26875_address: int = Field(1, ge=0, lt=2**48, description="the centre's own address in GB/T 26875.3 frames")
    gb26875_most_peers: int = Field(4000, ge=1, description="most transmission devices connected at once")
    gb26875_answer_seconds: float = Field(
        10, gt=0, le=10, description="a device that has not answered a command after this long hears it again, twice"
    )
    gb26875_idle_seconds: int = Field(180, ge=5, description="a connected device silent for so long is let go")
    platform_peers: str = Field(
        "", description="addresses or networks that platforms push from, with commas; empty: any"
    )
    platform_quiet_seconds: int = Field(
        1800, ge=60, description="a platform that pushed nothing for this long is asked for what it may not have pushed"
    )
    inbox_retention_days: int = Field(7, ge=1, description="pushed bodies are kept for this long once decoded")
    nbiot_products: str = Field(
        "", description="profiles of platforms' products: 15014772=state-table,15017085=plain; others are read by name"
    )
    ctwing_api_url: str = Field("https://ag-api.ctwing.cn", description="CTWing's interface for asking again")
    ctwing_app_key: str = Field("", description="CTWing application's key; empty: CTWing is never asked")
    ctwing_app_secret: str = Field("", description="CTWing application's secret")
    duty_checks_per_week: float = Field(
        2, ge=0, le=50, description="how often a week the clock asks each watch, at random moments; 0: never"
    )
    stale_after_seconds: int = Field(30, ge=5, description="a feed that said nothing for this long is shown as stale")

    notify_file: str = Field(
        "", description="file of the gateways that people are told over (SMS, voice, robots, mail); empty: none"
    )
    evidence_dir: str = Field(
        "", description="folder of photographs and documents of evidence; empty: `evidence` among the data"
    )
    evidence_limit_mb: int = Field(15, ge=1, le=100, description="most that one file of evidence may weigh")

    vision_processes: int = Field(
        1, ge=0, le=16, description="camera workers that `anwang up` runs where the vision extra is installed"
    )
    vision_device: str = Field(
        "auto", pattern="^(auto|cpu|cuda(:[0-9]+)?)$", description="what models run on: auto, cpu, cuda or cuda:1"
    )
    vision_model: str = Field(
        "nanodet-g", description="model that looks at pictures; `anwang vision models` lists them"
    )
    vision_hints_model: str = Field(
        "", description="second model for smoking, flames and smoke; empty: those rules find nothing"
    )
    vision_weights: str = Field(
        "", description="folder or address of models' weights beside those that come with the project"
    )
    vision_budget_fps: float = Field(
        0, ge=0, description="most pictures a second that a worker gives its model; 0: as many as it manages"
    )
    wvp_url: str = Field("", description="video platform (WVP's HTTP interface) behind GB/T 28181 cameras; empty: none")
    wvp_token: str = Field("", description="access token at that platform")
    loudspeaker_file: str = Field(
        "", description="file that says how makers of loudspeaker columns want to be asked; empty: our own form alone"
    )
    speech_command: str = Field(
        "", description="command that reads words and writes them spoken as WAV; empty: espeak-ng in Mandarin"
    )
    relay_dir: str = Field(
        "", description="folder through which the relay hands pictures to the portal; empty: `relay` among the data"
    )
    relay_most: int = Field(32, ge=1, le=500, description="most pictures that the relay makes at once")

    map_review_number: str = Field("", description="review number (审图号) of the base map, shown in its corner")
    base_map_url: str = Field(
        "",
        pattern=r"^(https?://[^\s;,'\"]+)?$",
        description="pictures under the map: {z}/{x}/{y}, or WMTS with {TileMatrix}, {TileRow}, {TileCol}; empty: none",
    )
    base_map_key: str = Field("", description="the base map server's key, put where its address says {key}")
    base_map_file: str = Field("", description="base map as one file of pictures, PMTiles or MBTiles, served from here")
    base_map_datum: Literal["cgcs2000", "gcj02"] = Field(
        "cgcs2000", description="datum of the base map: cgcs2000 (Tianditu) or gcj02, which is put right while drawn"
    )
    base_map_credit: str = Field("", description="whose base map it is, shown in its corner and in print")
    language: str = Field("zh_CN", description="language before a person chooses: zh_CN or en")

    @property
    def archive_folder(self) -> Path:
        return Path(self.archive_dir) if self.archive_dir else self.var_dir / "archive"

    @property
    def relay_folder(self) -> Path:
        return Path(self.relay_dir) if self.relay_dir else self.var_dir / "relay"

    @property
    def notify_path(self) -> Path | None:
        return Path(self.notify_file).expanduser().resolve() if self.notify_file else None

    @property
    def loudspeaker_path(self) -> Path | None:
        return Path(self.loudspeaker_file).expanduser().resolve() if self.loudspeaker_file else None

    @property
    def portal_address(self) -> str:
        """Where links in messages lead, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.bind_host in ("0.0.0.0", "::") else self.bind_host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.portal_port}"

    @property
    def evidence_folder(self) -> Path:
        return Path(self.evidence_dir).expanduser().resolve() if self.evidence_dir else self.var_dir / "evidence"

    @field_validator("var_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("archive_dir", "relay_dir", *FILES)
    @classmethod
    def _absolute_where_given(cls, value: str) -> str:
        """Programs that `anwang up` starts work in another folder."""
        return str(Path(value).expanduser().resolve()) if value else value

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        if value not in ("zh_CN", "en"):
            raise ValueError("must be zh_CN or en")
        return value

    @field_validator("database_url", "database_app_url")
    @classmethod
    def _postgres(cls, value: str) -> str:
        if value and not value.startswith(("postgresql://", "postgres://", "postgresql+psycopg2://")):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://", "amqp://", "amqps://")):
            raise ValueError("must begin with redis://, rediss://, unix://, amqp:// or amqps://")
        return value

    @field_validator("platform_peers", "trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for each in filter(None, map(str.strip, value.split(","))):
            try:
                ip_network(each, strict=False)
            except ValueError as error:
                raise ValueError(f"{each} is no address and no network") from error
        return value

    @field_validator("nbiot_products")
    @classmethod
    def _products(cls, value: str) -> str:
        if any(each.count("=") != 1 for each in value.split(",") if each.strip()):
            raise ValueError("must be product=profile, with commas")
        return value

    @field_validator("ctwing_api_url")
    @classmethod
    def _http(cls, value: str) -> str:
        if not value.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("must begin with https://")
        return value.rstrip("/")

    @field_validator("mqtt_url")
    @classmethod
    def _mqtt(cls, value: str) -> str:
        if value and not value.startswith(("mqtt://", "mqtts://")):
            raise ValueError("must begin with mqtt:// or mqtts://")
        return value


@lru_cache
def load() -> Settings:
    """The settings of this process; one sentence for each wrong value."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"ANWANG_{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        )
        raise CannotStart(f"A setting cannot be used: {wrong}.") from error
