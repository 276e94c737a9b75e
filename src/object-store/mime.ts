// The type of an object whose uploader named none, from its name: the table that Python's `mimetypes` has built in
// (3.11, 2026-11-20), which Swift uses.

const TYPES: Record<string, string> = {
  "application/javascript": "js mjs",
  "application/json": "json",
  "application/manifest+json": "webmanifest",
  "application/msword": "doc dot wiz",
  "application/n-quads": "nq",
  "application/n-triples": "nt",
  "application/octet-stream": "a bin dll exe o obj so",
  "application/oda": "oda",
  "application/pdf": "pdf",
  "application/pkcs7-mime": "p7c",
  "application/postscript": "ai eps ps",
  "application/trig": "trig",
  "application/vnd.apple.mpegurl": "m3u m3u8",
  "application/vnd.ms-excel": "xlb xls",
  "application/vnd.ms-powerpoint": "pot ppa pps ppt pwz",
  "application/wasm": "wasm",
  "application/x-bcpio": "bcpio",
  "application/x-cpio": "cpio",
  "application/x-csh": "csh",
  "application/x-dvi": "dvi",
  "application/x-gtar": "gtar",
  "application/x-hdf": "hdf",
  "application/x-hdf5": "h5",
  "application/x-latex": "latex",
  "application/x-mif": "mif",
  "application/x-netcdf": "cdf nc",
  "application/x-pkcs12": "p12 pfx",
  "application/x-pn-realaudio": "ram",
  "application/x-python-code": "pyc pyo",
  "application/x-sh": "sh",
  "application/x-shar": "shar",
  "application/x-shockwave-flash": "swf",
  "application/x-sv4cpio": "sv4cpio",
  "application/x-sv4crc": "sv4crc",
  "application/x-tar": "tar",
  "application/x-tcl": "tcl",
  "application/x-tex": "tex",
  "application/x-texinfo": "texi texinfo",
  "application/x-troff": "roff t tr",
  "application/x-troff-man": "man",
  "application/x-troff-me": "me",
  "application/x-troff-ms": "ms",
  "application/x-ustar": "ustar",
  "application/x-wais-source": "src",
  "application/xml": "rdf wsdl xpdl xsl",
  "application/zip": "zip",
  "audio/3gpp": "3gp 3gpp",
  "audio/3gpp2": "3g2 3gpp2",
  "audio/aac": "aac adts ass loas",
  "audio/basic": "au snd",
  "audio/mpeg": "mp2 mp3",
  "audio/opus": "opus",
  "audio/x-aiff": "aif aifc aiff",
  "audio/x-pn-realaudio": "ra",
  "audio/x-wav": "wav",
  "image/avif": "avif",
  "image/bmp": "bmp",
  "image/gif": "gif",
  "image/heic": "heic",
  "image/heif": "heif",
  "image/ief": "ief",
  "image/jpeg": "jpe jpeg jpg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/tiff": "tif tiff",
  "image/vnd.microsoft.icon": "ico",
  "image/x-cmu-raster": "ras",
  "image/x-portable-anymap": "pnm",
  "image/x-portable-bitmap": "pbm",
  "image/x-portable-graymap": "pgm",
  "image/x-portable-pixmap": "ppm",
  "image/x-rgb": "rgb",
  "image/x-xbitmap": "xbm",
  "image/x-xpixmap": "xpm",
  "image/x-xwindowdump": "xwd",
  "message/rfc822": "eml mht mhtml nws",
  "text/css": "css",
  "text/csv": "csv",
  "text/html": "htm html",
  "text/n3": "n3",
  "text/plain": "bat c h ksh pl srt txt",
  "text/richtext": "rtx",
  "text/tab-separated-values": "tsv",
  "text/vtt": "vtt",
  "text/x-python": "py",
  "text/x-setext": "etx",
  "text/x-sgml": "sgm sgml",
  "text/x-vcard": "vcf",
  "text/xml": "xml",
  "video/mp4": "mp4",
  "video/mpeg": "m1v mpa mpe mpeg mpg",
  "video/quicktime": "mov qt",
  "video/webm": "webm",
  "video/x-msvideo": "avi",
  "video/x-sgi-movie": "movie",
};

/** Suffixes that stand for two (mimetypes.suffix_map). */
const DOUBLE: Record<string, string> = {
  svgz: ".svg.gz",
  tgz: ".tar.gz",
  taz: ".tar.gz",
  tz: ".tar.gz",
  tbz2: ".tar.bz2",
  txz: ".tar.xz",
};
const ENCODINGS = /\.(gz|Z|bz2|xz|br)$/;

const byExtension = new Map(
  Object.entries(TYPES).flatMap(([type, extensions]) =>
    extensions.split(" ").map((name) => [name, type] as const),
  ),
);

export const DEFAULT_TYPE = "application/octet-stream";

/** Python's `mimetypes.guess_type(path)[0]`, or null. */
export function guessType(path: string): string | null {
  let name = path;
  const double = DOUBLE[extension(name)];
  if (double) name = name.slice(0, -extension(name).length - 1) + double;
  const compressed = ENCODINGS.exec(name);
  if (compressed) name = name.slice(0, compressed.index);
  const suffix = extension(name);
  return byExtension.get(suffix) ?? byExtension.get(suffix.toLowerCase()) ?? null;
}

/** Without the dot; empty when the last path segment has none, or only one at its start. */
function extension(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 && /[^.]/.test(name.slice(0, dot)) ? name.slice(dot + 1) : "";
}
