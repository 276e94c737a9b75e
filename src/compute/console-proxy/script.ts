// The page's script, put into the program by the macro.

import { pageScript } from "./bundle.ts" with { type: "macro" };

export const script = pageScript();
