"""`notify log`, and `notify test` without a service."""

from cli.conftest import Cli
from report.filled import fill
from rigs.sinks import http_sink


def test_the_log(cli: Cli) -> None:
    """The newest first, of all channels or one, all or failed, at most so many."""
    fill(cli.database.parent)

    def told(*arguments: str) -> list[tuple[str, str]]:
        return [(one["id"], one["channel"]) for one in cli("notify", "log", "--json", *arguments).document["notifications"]]

    assert told() == [("b3xm.1", "phone"), ("k7fq.1", "phone"), ("k7fq.1", "desk")]
    assert told("--channel", "desk") == [("k7fq.1", "desk")]
    assert told("--failed") == [("k7fq.1", "phone")]
    assert told("--limit", "1") == [("b3xm.1", "phone")]
    assert "k7fq.1" in cli("notify", "log").out


def test_a_test_from_the_shell(cli: Cli) -> None:
    """Without a service it is sent from here, which is said; the message names the channel, and no secret is shown."""
    with http_sink() as sink:
        cli.configure(f'[[channels]]\nname = "sink"\nurl = "{sink.url}s3cr3t"\n')
        done = cli("notify", "test")
        document = cli("notify", "test", "--json").document

    assert (done.code, done.out) == (0, "✓  sink  sent\n")
    assert done.err == "Sent by this shell, because no service runs.\n"
    assert "Test from coven-watchdog" in sink.got[0].json["title"]
    assert "channel sink works" in sink.got[0].json["message"]
    assert document["sent_by"] == "shell"
    assert document["channels"] == [{"channel": "sink", "id": None, "state": "sent", "error": None, "doubt": None}]
    assert "s3cr3t" not in done.out + done.err


def test_a_success_that_proves_little(cli: Cli) -> None:
    """A channel that succeeds whatever happens is sent to, and named: only who looks knows whether it arrived."""
    cli.configure('[[channels]]\nname = "log"\nurl = "rsyslog://127.0.0.1:9"\n')
    done = cli("notify", "test")
    document = cli("notify", "test", "--json").document
    assert (done.code, document["channels"][0]["state"]) == (0, "sent")
    assert done.out == "○  log  sent, but rsyslog:// sends a packet that nobody confirms: look whether it arrived\n"
    assert document["channels"][0]["doubt"] == "rsyslog:// sends a packet that nobody confirms"


def test_a_test_that_fails(cli: Cli) -> None:
    """Each channel has its own word; the exit code is 1 if one failed, and the reason holds no secret."""
    with http_sink() as sink:
        cli.configure(
            f'[[channels]]\nname = "good"\nurl = "{sink.url}"\n[[channels]]\nname = "bad"\nurl = "json://127.0.0.1:1/s3cr3t"\n'
        )
        done = cli("notify", "test")
        only = cli("notify", "test", "--channel", "good")

    assert done.code == 1
    assert "✓  good  sent" in done.out
    assert "✖  bad   " in done.out
    assert "s3cr3t" not in done.out + done.err
    assert (only.code, only.out) == (0, "✓  good  sent\n")


def test_channels_that_are_not(cli: Cli) -> None:
    """No channel at all, an unknown one, or one whose address cannot be had: usage and configuration errors."""
    cli.configure("channels = []\n")
    assert "nobody would be told" in cli("notify", "test").err
    cli.configure('[[channels]]\nname = "a"\nurl_env = "NOT_SET"\n')
    unknown = cli("notify", "test", "--channel", "b")
    assert unknown.code == 2
    assert "there are: a" in unknown.err
    assert "NOT_SET is not set" in cli("notify", "test").err


def test_channels_of_an_apprise_file(cli: Cli) -> None:
    """Each service has its own word; the name in the configuration means all of them, `name/1` one."""
    with http_sink() as sink:
        apprise = cli.home / "apprise.conf"
        apprise.write_text(
            f"oncall={sink.url}s3cr3t\noncall={sink.url}s3cr3t2\nother=json://127.0.0.1:1/s3cr3t\n", encoding="utf-8"
        )
        apprise.chmod(0o600)
        cli.configure('[[channels]]\nname = "team"\napprise_config = "~/apprise.conf"\ntags = ["oncall"]\n')
        all_of_it = cli("notify", "test", "--channel", "team")
        one = cli("notify", "test", "--channel", "team/2")
        none = cli("notify", "test", "--channel", "team/3")

    assert (all_of_it.code, all_of_it.out) == (0, "✓  team/1  sent\n✓  team/2  sent\n")
    assert (one.code, one.out) == (0, "✓  team/2  sent\n")
    assert none.code == 2
    assert "there are: team/1, team/2" in none.err
    assert len(sink.got) == 3


def test_the_options_of_an_apprise_file_arrive(cli: Cli) -> None:
    """What YAML says beneath a URL reaches the service as if it stood in it."""
    with http_sink() as sink:
        text = f"urls:\n  - {sink.url}path:\n      +X-Team: blue\n      :extra: field\n"
        apprise = cli.home / "apprise.yml"
        apprise.write_text(text, encoding="utf-8")
        apprise.chmod(0o600)
        cli.configure('[[channels]]\nname = "team"\napprise_config = "~/apprise.yml"\n')
        done = cli("notify", "test")

    assert (done.code, done.out) == (0, "✓  team/1  sent\n")
    (request,) = sink.got
    assert (request.path, request.headers["X-Team"], request.json["extra"]) == ("/path", "blue", "field")
