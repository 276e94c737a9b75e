// proxy-logging: one line for every request, in the form that Swift's statistics programs read. It stands twice in a
// pipeline: the first one logs the client's request, the second those that middleware make.
// Authority: swift/common/middleware/proxy_logging.py.

import type { SwiftReply } from "../answers.ts";
import { logContext } from "../pipeline/build.ts";
import { type BuiltinFilter, confInt } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";
import { quote } from "../wire.ts";

export const proxyLogging: BuiltinFilter = {
  name: "proxy_logging",
  factory(next, conf, tools) {
    const reveal = confInt(conf, "reveal_sensitive_prefix", 16);
    const { log } = tools.platform;
    const { clock } = tools;

    function write(request: SwiftRequest, status: number, sentBytes: number, startedMs: number): void {
      log.info(logContext(request), accessLine(request, status, sentBytes, startedMs, clock.now(), reveal));
    }

    return async function proxyLoggingApp(request) {
      const { env } = request;
      if (env.accessLogged) return next(request);
      env.accessLogged = true;
      const isSubrequest = env.source !== null;
      const startedMs = isSubrequest ? clock.now() : env.startedMs;
      let reply: SwiftReply;
      try {
        reply = await next(request);
      } catch (error) {
        write(request, 500, 0, startedMs);
        throw error;
      }
      const { status } = reply;
      const length = Number(reply.headers["content-length"] ?? Number.NaN);
      if (isSubrequest) write(request, status, request.method === "HEAD" ? 0 : length || 0, startedMs);
      else {
        const headless = env.originalMethod === "HEAD" || request.method === "HEAD";
        env.finished.push((sentBytes) => {
          const cut = !headless && sentBytes < length;
          write(request, cut ? 499 : status, sentBytes, startedMs);
        });
      }
      return reply;
    };
  },
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Swift's default `log_msg_template`. */
function accessLine(
  request: SwiftRequest,
  status: number,
  sentBytes: number,
  startedMs: number,
  endedMs: number,
  reveal: number,
): string {
  const { env, headers } = request;
  const token = headers.get("x-auth-token");
  const client =
    headers.get("x-cluster-client-ip") ?? headers.get("x-forwarded-for")?.split(",")[0] ?? env.remoteAddress;
  const target = request.queryText === "" ? request.quotedPath : `${request.quotedPath}?${request.queryText}`;
  return [
    word(client),
    word(env.remoteAddress),
    day(endedMs),
    env.originalMethod ?? request.method,
    word(target),
    "HTTP/1.0",
    status,
    word(headers.get("referer")),
    word(headers.get("user-agent")),
    token ? word(token.length > reveal ? `${token.slice(0, reveal)}...` : token) : "-",
    request.body.received || "-",
    sentBytes || "-",
    word(headers.get("etag")),
    env.transId || "-",
    "-",
    seconds(endedMs - startedMs, "0"),
    word(env.source),
    env.logInfo.length > 0 ? word(env.logInfo.join(",")) : "-",
    seconds(startedMs, "000000"),
    seconds(endedMs, "000000"),
    "0",
  ].join(" ");
}

/** Whole milliseconds as seconds, with as many zeroes behind as Swift has decimals. */
function seconds(ms: number, zeroes: string): string {
  const whole = Math.floor(ms / 1000);
  return `${whole}.${String(ms - whole * 1000).padStart(3, "0")}${zeroes}`;
}

const PLAIN = /^[A-Za-z0-9_.~:/{}-]+$/;

function word(text: string | null | undefined): string {
  if (!text) return "-";
  return PLAIN.test(text) ? text : quote(text, ":/{}");
}

let daySecond = -1;
let dayText = "";

/** `20/Nov/2026/10/31/57` */
function day(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== daySecond) {
    daySecond = second;
    const two = (n: number) => String(n).padStart(2, "0");
    const d = new Date(ms);
    dayText = `${two(d.getUTCDate())}/${MONTHS[d.getUTCMonth()]}/${d.getUTCFullYear()}/${two(d.getUTCHours())}/${two(d.getUTCMinutes())}/${two(d.getUTCSeconds())}`;
  }
  return dayText;
}
