// ratelimit: slows down, and beyond that refuses, writes to accounts and containers; by size of the container.
// Authority: swift/common/middleware/ratelimit.py.

import { type SwiftReply, say } from "../answers.ts";
import { type BuiltinFilter, type Conf, confInt, confNumber, confText } from "../pipeline/contract.ts";
import { PyFloat } from "../python-json.ts";
import type { SwiftRequest } from "../request.ts";
import { listFromCsv } from "../wire.ts";

/** From this many objects on, so many requests a second. */
interface RateStep {
  size: number;
  rate: number;
}

interface Limit {
  key: string;
  perSecond: number;
}

const WRITES = new Set(["PUT", "DELETE", "POST", "COPY"]);
const MAX_KEYS = 10_000;

export const ratelimit: BuiltinFilter = {
  name: "ratelimit",
  factory(next, conf, tools) {
    const accountRate = confNumber(conf, "account_ratelimit", 0);
    const maxSleepMs = confNumber(conf, "max_sleep_time_seconds", 60) * 1000;
    const bufferMs = confInt(conf, "rate_buffer_seconds", 5) * 1000;
    const whitelist = new Set(listFromCsv(confText(conf, "account_whitelist")));
    const blacklist = new Set(listFromCsv(confText(conf, "account_blacklist")));
    const containerSteps = rateSteps(conf, "container_ratelimit_");
    const listingSteps = rateSteps(conf, "container_listing_ratelimit_");
    const shown = (steps: readonly RateStep[]) => steps.map(({ size, rate }) => [size, new PyFloat(rate)]);
    tools.registerInfo("ratelimit", {
      account_ratelimit: new PyFloat(accountRate),
      max_sleep_time_seconds: new PyFloat(maxSleepMs / 1000),
      container_ratelimits: shown(containerSteps),
      container_listing_ratelimits: shown(listingSteps),
    });
    /** key → the moment up to which requests have been admitted. */
    const admitted = new Map<string, number>();

    return function ratelimitApp(request) {
      const { entity, env } = request;
      if (!entity?.account || env.rateLimited) return next(request);
      env.rateLimited = true;
      const limits = limitsOf(request);
      return limits.length === 0 ? next(request) : limited(request, limits);
    };

    async function limited(request: SwiftRequest, limits: Limit[] | "blacklisted"): Promise<SwiftReply> {
      if (limits === "blacklisted") {
        tools.log.error(request, `Returning 497 because of blacklisting: ${request.entity!.account}`);
        await tools.clock.sleep(1000);
        return say(497, "Your account has been blacklisted");
      }
      for (const limit of limits) {
        const refusal = await admit(request, limit);
        if (refusal) return refusal;
      }
      return next(request);
    }

    function limitsOf(request: SwiftRequest): Limit[] | "blacklisted" {
      const { method, entity } = request;
      const { account, container, object } = entity!;
      const writes = WRITES.has(method);
      const nothingLimited = accountRate === 0 && containerSteps.length === 0 && listingSteps.length === 0;
      const globalRate = tools.accountInfo(request).sysmeta["global-write-ratelimit"];
      if (whitelist.has(account!) || globalRate === "WHITELIST") return [];
      if (blacklist.has(account!) || globalRate === "BLACKLIST") return "blacklisted";
      if (nothingLimited && globalRate === undefined) return [];
      const limits: Limit[] = [];
      if (accountRate > 0 && container && !object && (method === "PUT" || method === "DELETE")) {
        limits.push({ key: account!, perSecond: accountRate });
      }
      if (container && (object ? writes : method === "GET")) {
        const steps = object ? containerSteps : listingSteps;
        const rate = steps.length === 0 ? null : rateFor(steps, tools.containerInfo(request).objectCount);
        if (rate) limits.push({ key: `${object ? "" : "listing/"}${account}/${container}`, perSecond: rate });
      }
      if (writes && Number(globalRate) > 0)
        limits.push({ key: `global/${account}`, perSecond: Number(globalRate) });
      return limits;
    }

    /** Waits until the request may go on; the answer when that would take too long. */
    async function admit(request: SwiftRequest, { key, perSecond }: Limit): Promise<SwiftReply | null> {
      const now = tools.clock.now();
      const stepMs = 1000 / perSecond;
      const before = admitted.get(key) ?? 0;
      const running = before + stepMs;
      if (admitted.size > MAX_KEYS) admitted.clear();
      if (now - running > bufferMs) {
        admitted.set(key, now + stepMs);
        return null;
      }
      const waitMs = Math.max(running - now - stepMs, 0);
      if (maxSleepMs - waitMs <= 10) {
        tools.log.error(
          request,
          `Returning 498 for ${request.method} to ${request.path}. Ratelimit (Max Sleep) Max Sleep Time Exceeded: ${(waitMs / 1000).toFixed(2)}`,
        );
        return say(498, "Slow down");
      }
      admitted.set(key, running);
      if (waitMs > 0) await tools.clock.sleep(waitMs);
      return null;
    }
  },
};

/** Options such as `container_ratelimit_100 = 50`. @throws Error */
function rateSteps(conf: Conf, prefix: string): RateStep[] {
  const steps: RateStep[] = [];
  for (const name of conf.keys()) {
    if (!name.startsWith(prefix)) continue;
    const size = Number(name.slice(prefix.length));
    if (!Number.isInteger(size)) throw new Error(`${name} does not end with a number of objects`);
    steps.push({ size, rate: confNumber(conf, name, 0) });
  }
  return steps.sort((a, b) => a.size - b.size);
}

/** Between two steps the rate follows a straight line. Null below the first. */
function rateFor(steps: readonly RateStep[], size: number): number | null {
  const at = steps.findLastIndex((step) => size >= step.size);
  if (at < 0 || size === 0) return null;
  const [low, high] = [steps[at]!, steps[at + 1]];
  if (!high) return low.rate;
  return low.rate + ((high.rate - low.rate) * (size - low.size)) / (high.size - low.size);
}
