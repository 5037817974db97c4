"""A YouTube on this machine: the Data API over real HTTP, for the demo and the tests.

with running(load_corpus(folder)) as emulator:
    youtube = build("youtube", "v3", developerKey="any", client_options={"api_endpoint": emulator.url})
"""

from tubelake.emulator.chats import ChatOptions
from tubelake.emulator.corpus import Corpus, load_corpus
from tubelake.emulator.faults import Fault, FaultsError, load_faults, parse_faults
from tubelake.emulator.lines import CorpusError
from tubelake.emulator.running import Emulator, running, serve
from tubelake.emulator.synthetic import make_corpus
from tubelake.emulator.world import EmulatorOptions

__all__ = [
    "ChatOptions",
    "Corpus",
    "CorpusError",
    "Emulator",
    "EmulatorOptions",
    "Fault",
    "FaultsError",
    "load_corpus",
    "load_faults",
    "make_corpus",
    "parse_faults",
    "running",
    "serve",
]
