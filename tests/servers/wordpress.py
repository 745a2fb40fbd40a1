"""A hospital's web site: Debian's WordPress, with a MariaDB of its own."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.calls import Answer, answers, call
from servers.processes import (
    Absent,
    NotStarted,
    Server,
    folder,
    free_port,
    hand_over,
    prepare,
    program,
)

HERE = Path(__file__).parent
INSTALLED = Path("/usr/share/wordpress")
OWNER, PASSWORD = "owner", "long enough to be let in"
CONFIGURATION = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');
define('WP_ENVIRONMENT_TYPE', 'local'); // application passwords without TLS
define('WP_HTTP_BLOCK_EXTERNAL', true); // no news and no updates from anywhere
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true); // `run_due` does what is due, when a test wants it
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPress:
    """A running site and its owner's application password."""

    url: str
    application_password: str
    server: Server
    database: Server
    user: str = OWNER

    @property
    def feed_url(self) -> str:
        """Return the address of its posts as RSS."""
        return f"{self.url}/feed/"

    @property
    def comments_feed_url(self) -> str:
        """Return the address of its comments as RSS."""
        return f"{self.url}/comments/feed/"

    @property
    def authorization(self) -> dict[str, str]:
        """Return the header that signs the owner in."""
        pair = f"{self.user}:{self.application_password}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """Call its REST API, `path` below `/wp-json/wp/v2`, as the owner; return the JSON."""
        url = f"{self.url}/wp-json/wp/v2{path}"
        return call(method, url, json=body or None, headers=self.authorization).json()

    def create_post(
        self, title: str, content: str, *, status: str = "publish", **fields: Any
    ) -> dict[str, Any]:
        """Publish a post and return it; `fields` as in the REST API (`date`, `tags`, ...)."""
        made: dict[str, Any] = self.ask(
            "POST", "/posts", title=title, content=content, status=status, **fields
        )
        return made

    def edit_post(self, post: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Change a post and return it."""
        changed: dict[str, Any] = self.ask("POST", f"/posts/{post['id']}", **fields)
        return changed

    def delete_post(self, post: dict[str, Any], *, force: bool = True) -> None:
        """Remove a post; without `force` it goes to the trash."""
        self.ask("DELETE", f"/posts/{post['id']}?force={str(force).lower()}")

    def create_tag(self, name: str) -> int:
        """Make a tag and return its number, for the `tags` of a post."""
        return int(self.ask("POST", "/tags", name=name)["id"])

    def comment(
        self, post: dict[str, Any], text: str, *, author: str = "A visitor", **fields: Any
    ) -> dict[str, Any]:
        """Write a comment, without the wait that strangers are held to."""
        made: dict[str, Any] = self.ask(
            "POST",
            "/comments",
            post=post["id"],
            content=text,
            author_name=author,
            author_email="visitor@example.org",
            **fields,
        )
        return made

    def edit_comment(self, comment: dict[str, Any], text: str) -> dict[str, Any]:
        """Change a comment and return it."""
        changed: dict[str, Any] = self.ask("POST", f"/comments/{comment['id']}", content=text)
        return changed

    def delete_comment(self, comment: dict[str, Any]) -> None:
        """Remove a comment."""
        self.ask("DELETE", f"/comments/{comment['id']}?force=true")

    def comment_as_stranger(self, post: dict[str, Any], text: str) -> Answer:
        """Send the form below a post.

        Within 15 seconds of any comment from this machine the answer is 429, else a redirect.
        """
        form = {
            "comment_post_ID": post["id"],
            "comment": text,
            "author": "A stranger",
            "email": "stranger@example.org",
        }
        return call("POST", f"{self.url}/wp-comments-post.php", form=form, refusals=True)

    def run_due(self) -> None:
        """Do what is due, such as publishing posts whose time has come."""
        call("GET", f"{self.url}/wp-cron.php")


@contextlib.contextmanager
def running_wordpress() -> Iterator[WordPress]:
    """Start an empty site with permanent links and open comments."""
    if not (INSTALLED / "wp-load.php").exists():
        raise Absent("there is no WordPress: apt-get install wordpress")
    php = program("php", "php-cli")
    url = f"http://127.0.0.1:{free_port()}"
    with folder("wordpress") as place, _database(place) as (database, socket):
        site = place / "site"
        shutil.copytree(INSTALLED, site, ignore=lambda *_: ["wp-config.php"])
        configuration = CONFIGURATION.format(socket=socket, url=url)
        (site / "wp-config.php").write_text(configuration, encoding="utf-8")
        shutil.copy(HERE / "install-wordpress.php", place / "install.php")
        hand_over(place)
        password = _installed(php, site, url)
        serve = ["-d", "opcache.enable_cli=1", "-S", url.removeprefix("http://"), "-t", str(site)]
        with Server(
            [php, *serve],
            name="wordpress",
            cwd=place,
            env={"PHP_CLI_SERVER_WORKERS": "3"},
            nobody=True,
        ) as server:
            server.wait_for(lambda: answers(f"{url}/wp-json/"))
            yield WordPress(
                url=url, application_password=password, server=server, database=database
            )


@contextlib.contextmanager
def _database(place: Path) -> Iterator[tuple[Server, Path]]:
    """Start a MariaDB with an empty database, reached by a socket only."""
    fill = program("mariadb-install-db", "mariadb-server")
    daemon = program("mariadbd", "mariadb-server")
    client = program("mariadb", "mariadb-client")
    data, socket = place / "data", place / "db.sock"
    prepare(
        [fill, "--no-defaults", f"--datadir={data}", "--skip-test-db",
         "--auth-root-authentication-method=normal"],
        cwd=place,
    )  # fmt: skip
    command = [
        daemon,
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={socket}",
        f"--pid-file={place / 'db.pid'}",
        "--skip-networking",
        "--performance-schema=OFF",
        "--innodb-buffer-pool-size=32M",
        # What the machine loses when it is switched off, the tests don't miss.
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=OFF",
    ]
    create = [client, "--no-defaults", f"--socket={socket}", "-uroot", "-e"]
    create.append("CREATE DATABASE wordpress CHARACTER SET utf8mb4")
    with Server(command, name="mariadb", cwd=place, nobody=True) as server:
        server.wait_for(
            lambda: subprocess.run(create, check=False, capture_output=True).returncode == 0 or None
        )
        yield server, socket


def _installed(php: str, site: Path, url: str) -> str:
    """Fill the database; return the owner's application password."""
    script = site.parent / "install.php"
    made = prepare([php, "-d", "sendmail_path=/bin/true", script, url, PASSWORD], cwd=site)
    if not made.startswith("{"):
        raise NotStarted(f"WordPress can't be set up:\n{made}")
    return str(json.loads(made)["application_password"])
