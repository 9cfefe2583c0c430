"""Makes the pictures of the README from a real run of the demo: `python3 .ci/go.py pictures`.

In: nothing. Out: `demo.png`, the demo in a terminal, and `desktop.png`, what the same run showed on a desktop without a screen (Xvfb and dunst).
"""

import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path
from threading import Thread

import pyte
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))

from rigs.desktop import DesktopRig, desktop_rig
from waiting import until

COLUMNS, LINES, SIZE, EDGE = 118, 120, 16, 12
GROUND, INK = "#1e1e1e", "#d4d4d4"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono{}.ttf"
COLOURS = {
    "black": "#1e1e1e",
    "red": "#f14c4c",
    "green": "#23d18b",
    "brown": "#e5c07b",
    "blue": "#3b8eea",
    "magenta": "#d670d6",
    "cyan": "#29b8db",
    "white": "#e5e5e5",
    "brightblack": "#7f7f7f",
}


def _colour(name: str, default: str) -> str:
    return default if name == "default" else COLOURS.get(name.removeprefix("bright"), f"#{name}" if len(name) == 6 else default)  # noqa: PLR2004


def _draw(screen: pyte.Screen, path: Path) -> None:
    """Paint what stands on the terminal, as far down as something does."""
    plain, bold = (ImageFont.truetype(FONT.format(style), SIZE) for style in ("", "-Bold"))
    width, height = round(plain.getlength("M")), SIZE + 5
    used = max(number for number, line in enumerate(screen.display) if line.strip()) + 1
    image = Image.new("RGB", (width * COLUMNS + 2 * EDGE, height * used + 2 * EDGE), GROUND)
    pen = ImageDraw.Draw(image)
    for row in range(used):
        for column in range(COLUMNS):
            cell = screen.buffer[row][column]
            if cell.data.strip():
                place = (EDGE + column * width, EDGE + row * height)
                pen.text(place, cell.data, fill=_colour(cell.fg, INK), font=bold if cell.bold else plain)

    image.save(path, optimize=True)


def _run(command: list[str], environ: dict[str, str]) -> pyte.Screen:
    """Run a command in a terminal to its end; the screen as it is then."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    with subprocess.Popen(command, env=environ, stdin=slave, stdout=slave, stderr=slave, start_new_session=True) as process:
        os.close(slave)
        while process.poll() is None or select.select([master], [], [], 0.2)[0]:
            try:
                stream.feed(os.read(master, 65536))
            except OSError:  # the last reader of a pty gets EIO
                break

    os.close(master)
    return screen


def _shoot(rig: DesktopRig, path: Path) -> None:
    """The corner of the desktop where the popups are."""
    whole = path.with_suffix(".whole.png")
    subprocess.run(["import", "-silent", "-window", "root", whole], check=True, env=os.environ | {"DISPLAY": rig.display})
    with Image.open(whole) as image:
        box = image.convert("L").point(lambda value: 255 if value else 0).getbbox()
        image.crop(box).save(path, optimize=True)

    whole.unlink()


def _when_it_crashes(rig: DesktopRig) -> None:
    until(lambda: any("crashed" in popup["summary"] for popup in rig.shown()), 60)
    _shoot(rig, HERE / "desktop.png")


def main() -> None:
    """Run the demo once on a desktop; paint both."""
    with desktop_rig() as rig:
        environ = (
            os.environ | rig.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "FORCE_COLOR": "1", "TZ": "UTC"}
        )
        photographer = Thread(target=_when_it_crashes, args=(rig,))
        photographer.start()
        screen = _run([sys.executable, "-m", "coven_watchdog", "demo"], environ)
        photographer.join()
        _draw(screen, HERE / "demo.png")


if __name__ == "__main__":
    main()
