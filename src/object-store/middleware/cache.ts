// cache: in Swift the connection to memcached, where what is known of accounts and containers is kept for a minute.
// Here that knowledge is in the same process and always fresh, so there is nothing left to do; the filter stands in
// the pipeline so that configurations name it in vain.

import type { BuiltinFilter } from "../pipeline/contract.ts";

export const cache: BuiltinFilter = {
  name: "memcache",
  factory: (next) => next,
};
