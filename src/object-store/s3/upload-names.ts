// Where the parts of uploads lie, and what is kept with them.
// Authority: swift/common/middleware/s3api/{utils,controllers/multi_upload}.py.

/** Behind a bucket's name: the container of its parts. */
export const SEGMENTS_SUFFIX = "+segments";

export const UPLOAD_SYSMETA = "x-object-sysmeta-s3api-upload-id";
export const HAS_TYPE_SYSMETA = "x-object-sysmeta-s3api-has-content-type";
export const TYPE_SYSMETA = "x-object-sysmeta-s3api-content-type";
/** ACL of the object an upload will become. */
export const UPLOAD_ACL_SYSMETA = "x-object-sysmeta-s3api-tmpacl";
/** What a listing shows as the object's tag. */
export const LISTED_ETAG = "x-object-sysmeta-container-update-override-etag";
