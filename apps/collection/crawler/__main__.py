"""The program: `python -m apps.collection.crawler`, with its orders on the input (see `__init__.py`)."""

import ctypes
import os
import signal
import sys
from typing import Any

from django.conf import settings

from apps.collection.crawler.orders import Orders

_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Have the system kill this process as soon as its parent is gone, however it went, whatever we are doing then.

    To Linux the parent is the thread that started us: who reads a site must not outlive the thread that began to.
    Elsewhere than on Linux, the end of the input does the same, a little later.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it went before the line above
            os._exit(1)


def settings_for(orders: Orders) -> dict[str, Any]:
    """Scrapy's settings. Its defaults read files, run code sent to a port, and verify no certificate."""
    package = "apps.collection.crawler"
    return {
        "ECLUSE_ORDERS": orders,
        "USER_AGENT": orders.user_agent,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
        # Where calls may go, and how.
        "TWISTED_DNS_RESOLVER": f"{package}.guarding.GuardedResolver",
        "DOWNLOAD_HANDLERS": dict.fromkeys(("file", "ftp", "s3", "data")),
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "COOKIES_ENABLED": orders.cookies,
        "REFERER_ENABLED": True,
        "REFERRER_POLICY": "same-origin",
        # How much of one page, how fast.
        "DOWNLOAD_MAXSIZE": orders.max_size,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": orders.timeout,
        "DOWNLOAD_DELAY": orders.delay,
        "CONCURRENT_REQUESTS": orders.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": orders.concurrency,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": orders.delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(orders.concurrency),
        "REDIRECT_MAX_TIMES": 5,
        # The connector knows which pages were seen, this process does not.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "DEPTH_LIMIT": 0,
        "RETRY_TIMES": 2,
        "RETRY_EXCEPTIONS": [
            "scrapy.exceptions.DownloadConnectionRefusedError",
            "scrapy.exceptions.DownloadFailedError",
            "scrapy.exceptions.ResponseDataLossError",
        ],
        "DOWNLOADER_MIDDLEWARES": {
            f"{package}.guarding.Gate": 40,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            f"{package}.politeness.RobotsGate": 100,
            # Nearer to the answer than the one that asks again at once.
            f"{package}.politeness.Patience": 560,
        },
        "EXTENSIONS": {
            "scrapy.extensions.throttle.AutoThrottle": None,
            f"{package}.politeness.PoliteThrottle": 0,
        },
    }


def main() -> None:
    # The guard's errors have sentences that ask for their language as they are made. Nobody reads them here.
    settings.configure(USE_I18N=False)
    # Byte by byte: what comes after the first line is for the reactor.
    with open(0, "rb", buffering=0, closefd=False) as unbuffered:
        orders = Orders.from_line(unbuffered.readline())
    die_with(orders.parent)
    # What a library may print is not taken for what we say.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    # Here, for it takes a second, during which the orders are already read.
    from scrapy.crawler import AsyncCrawlerProcess

    from apps.collection.crawler.spider import SiteSpider

    process = AsyncCrawlerProcess(settings_for(orders))
    process.crawl(SiteSpider, orders=orders, output=output)
    process.start(install_signal_handlers=False)


if __name__ == "__main__":
    main()
