// name_check: refuses names with characters, lengths or patterns the administrator does not want.
// Authority: swift/common/middleware/name_check.py.

import { say } from "../answers.ts";
import { type BuiltinFilter, confInt, confText } from "../pipeline/contract.ts";

const FORBIDDEN_CHARS = "'\"`<>";
const FORBIDDEN_PATTERN = "/\\./|/\\.\\./|/\\.$|/\\.\\.$";

export const nameCheck: BuiltinFilter = {
  name: "name_check",
  factory(next, conf, tools) {
    const chars = confText(conf, "forbidden_chars", FORBIDDEN_CHARS);
    const maxLength = confInt(conf, "maximum_length", 255);
    const pattern = confText(conf, "forbidden_regexp", FORBIDDEN_PATTERN);
    const regexp = pattern === "" ? null : new RegExp(pattern);
    tools.registerInfo("name_check", {
      forbidden_chars: chars,
      maximum_length: maxLength,
      forbidden_regexp: pattern,
    });

    function refusal(path: string): string | null {
      for (const char of chars) {
        if (path.includes(char)) return `contains forbidden chars from ${chars}`;
      }
      // WSGI's paths count bytes.
      if (Buffer.byteLength(path) > maxLength) return `longer than the allowed maximum ${maxLength}`;
      return regexp?.test(path) ? `contains a forbidden substring from regular expression ${pattern}` : null;
    }

    return function nameCheckApp(request) {
      const why = refusal(request.path);
      return why === null ? next(request) : Promise.resolve(say(400, `Object/Container/Account name ${why}`));
    };
  },
};
