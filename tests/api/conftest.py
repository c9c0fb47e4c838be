from tests.helpers.api import *  # noqa: F403 - fixtures
from tests.helpers.databases import *  # noqa: F403 - fixtures
