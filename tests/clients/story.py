"""A story that a desk plays once, and that tests ask about."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from heard import conversation  # noqa: E402
from ledger import Ledger  # noqa: E402
from scripted_model import call  # noqa: E402


def bash(command):
    return call("Bash", command=command)


class Story(unittest.TestCase):
    """A desk for each class; what `play` keeps on the class is asked about by its tests."""

    @classmethod
    def setUpClass(cls):
        cls.desk = Ledger()
        cls.addClassCleanup(cls.desk.close)
        cls.callus = cls.desk.callus
        cls.play()

    def listed(self, session):
        return self.callus.told(session)[0]

    def only(self, words):
        self.assertEqual(len(words), 1, words)
        return words[0]

    def assert_lists_what_was_heard(self, session, *lanes):
        """`callus told` and the model agree on every word, whoever of the session heard it."""
        heard = [words.text for lane in lanes for words in conversation(lane)]
        self.assertCountEqual([told.text for told in self.listed(session) if not told.shadow], heard)
