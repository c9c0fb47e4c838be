from tests.browser.street import browser, service, street, waiting_since_long

__all__ = ["browser", "service", "street", "waiting_since_long"]
