from tests.browser.street import browser, service, street

__all__ = ["browser", "service", "street"]
