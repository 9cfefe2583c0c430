"""Every file of a bundle, in the order in which they are read: adding one is a function and a line here."""

from coven_watchdog.diagnose.bundle import contact, home, own, sessions, story, system
from coven_watchdog.diagnose.bundle.piece import Collector, blocking

COLLECTORS: tuple[Collector, ...] = (
    Collector("the incident", "incident.json", 2, blocking(story.incident), story.wanted),
    Collector("the session", "session.json", 3, blocking(sessions.session), sessions.wanted),
    Collector("its output", "session-output.txt", 3, blocking(sessions.output), sessions.output_wanted),
    Collector("doctor", "doctor.json", 1, blocking(story.doctor)),
    Collector("daemon status", "daemon.json", 6, blocking(contact.daemon)),
    Collector("health", "health.json", 3, contact.health),
    Collector("capabilities", "capabilities.json", 3, contact.capabilities),
    Collector("sessions", "sessions.jsonl", 4, blocking(sessions.sessions)),
    Collector("incidents", "incidents.jsonl", 2, blocking(story.incidents)),
    Collector("requests", "requests.jsonl", 2, blocking(own.requests)),
    Collector("harnesses", "harnesses.json", 2, blocking(home.harnesses)),
    Collector("the home's files", "home.txt", 2, blocking(home.listed)),
    Collector("the daemon's log", "daemon-recovery.log", 3, blocking(home.log)),
    Collector("Coven's installation", "install.json", 8, blocking(home.install)),
    Collector("coven doctor", "coven-doctor.json", 5, blocking(home.coven_doctor)),
    Collector("the machine", "system.json", 4, blocking(system.system)),
    Collector("configuration", "configuration.txt", 1, blocking(own.configuration)),
    Collector("service", "service.json", 1, blocking(own.service)),
    Collector("our log", "watchdog.log", 4, blocking(own.log)),
)
