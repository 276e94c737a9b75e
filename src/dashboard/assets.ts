// The pages' script and style, put into the program by the macro.

import { bundle } from "./bundle.ts" with { type: "macro" };

export const assets = bundle();
