from tests.helpers.databases import *  # noqa: F403 - fixtures
