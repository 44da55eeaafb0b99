"""What reading has to say: everything is kept, and what changes the data warns as well."""

from __future__ import annotations

import warnings


class Notes(list[str]):
    """Sentences for the user, in the order in which they came up."""

    def warn(self, text: str) -> None:
        """Keep the sentence, and give it as a `UserWarning` too."""
        self.append(text)
        warnings.warn(text, stacklevel=2)
