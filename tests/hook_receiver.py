"""`python tests/hook_receiver.py PORT FILE SECONDS`: keeps what it is sent, a line each, waits, and only then answers. It may be killed at any moment."""

import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, FILE, PAUSE = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
kept = os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        os.write(kept, body + b"\n")
        time.sleep(PAUSE)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Hook).serve_forever()
