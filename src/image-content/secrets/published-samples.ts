import { createHash } from 'node:crypto';

/**
 * Keys that projects publish in their own sources, for tests and examples, and that come along where these are
 * installed: the SHA-256 of the key's base64 without line ends and padding, or of the token. They open nothing that was not meant to be open. A key
 * is distinguished from a secret by this alone, never by its directory, which the maker of an image chooses.
 */
const SAMPLES: ReadonlySet<string> = new Set([
  // https://github.com/golang/go/blob/master/src/crypto/x509/platform_root_key.pem
  'c0094a838579dfe1e3fed0113320420124f2ae331e6b6bdf3226eab84a286e6a',
  // https://github.com/golang/go/blob/master/src/crypto/tls/testdata/example-key.pem, also in example_test.go
  '2e80c05248b67dd65719f096904e3928b9ef84a1e71ca6b647e0dcd851b98194',
  // https://github.com/lsh123/xmlsec/blob/master/examples/rsakey.pem
  '844552253902214b89ffea2a5e2d84b56a28ddb2f6a71e97761fe3ccb96ea9cd',
  // https://github.com/urllib3/urllib3/tree/main/dummyserver/certs
  '1abe4d03004d65fa8ac2db0c64ea595f9ca6a5d259cf4acace94543ee2b86e04',
  'a3f781feac080cf77e1b623d4012446643550f1c34dd3461971e19e3cb738720',
  // https://github.com/psf/requests/tree/main/tests/certs
  'fc76a332ade95f8d82da8a207add5125d26785d080301d4bf42411ac04fa2915',
  '05920cebfa889a8377a60713b8accb8bbc64d2a2c441f66ef5a33c6648091ff7',
  '7c489d8eae6ebc3e2c2ab5b6f7cdcf27075fb8cbe3c4443880628d7c197e88a5',
  '7d0f00f24072d67c4270c107401fd5bf92df4873a9b3be7149720282f43cf5c3',
  // https://github.com/googleapis/google-auth-library-python/tree/main/tests/data
  '80b37fccc3aa23404e812f35036c26e51faf9cbf7ab2dc3b31fa80ea210a3a1c',
  '83ccd4785214930310d0b9a0d3de550ff9e54b00a93609f6a73f4ed03d798d0f',
  'd0037f7fcc058c91756eb596de74b00a13f2a540ccab9b75fc79408a06af417a',
  '1f0fc7912ab6cbade9cd248c8ff2e358c688bdeb2c29fe4e126297bf13d134d3',
  // https://github.com/googleapis/google-auth-library-python/blob/main/tests/transport/test__mtls_helper.py
  'f7f8bad58d57a86cd04dc58fa28af49e5e354ff43c1fd77fae3d98fdb83e3158',
  'b5c815b56ed733242b5142e4cd3a4d51a13949a796df6a56d13efe3850d4695e',
  // https://gitlab.com/gnutls/gnutls/-/blob/master/lib/crypto-selftests-pk.c, which is in every libgnutls.so
  'bf552d2ff30b20f0b0ee2bcc357a5ab68dbe899ae09a0071b097bee2d2434332',
  '06b37a7e3254992b3ac83f4f08d269fb5c584874360315541ea12bb0b04e92ac',
  '2808649028d2fa88c4432c2961e94af8a8471e29a37f9caa56fc7633e20fd06f',
  '30db3ea6d728b88c03c56388f64efb5bfe5e8d0ed3640482108ac79645304e6f',
  'df965cd79ecfbd95da9bc1c3bcd8bbb1ea35b8b506c3542f0eb31c84c4a9136b',
  '9a5449e68775db802f5b822dabc19c3a3bc86bbabe89e67012cdff361aafba11',
  'f5e42bee7204054c83ce3bb55c8876254ed2a52ddb0cd4ad7b1e8f3b24728053',
  'e033bc87562a8915b620ab70eb5b968084c587980c12284c3e7adfc27391dc07',
  '9ab6db67523ba6071fdb948b3ce38349ec08fb726f359abbbca33a3a84238ba2',
  'a51b526d181d7219ebcf95e9f1d5f43dc8368274772fee517049ec935e559dc8',
  // https://github.com/python/cpython/tree/main/Lib/test/certdata, and what was there in Python 2.7 to 3.12
  'ad505fdd61e94f30ab3ba415860c9ccb8d19c5e7d174e39f2c3e2eb4cd3e30d7',
  '4cd3d387fdfea9a9fb42b37ced09d3fb272d3fca2f786b132557c2236a8e2afd',
  '1b7d79e92696bce8571b651ce1bd2753048e9346bbd52a228d01b79f94d9ab77',
  'a8a9b796fcdfa88369ac91452fb8dd2e50c5aaad4140acb3d718814a39529151',
  '8070db51d66b61486a0851723d446cb0f34affae70730e410320cd8b9b98d50d',
  'd72417ec49ddf9181c47e46df8bbb01eeb8fa9683fce34d12c41213148e8c0a2',
  'd0a406e8809d5e187e0472bdd12a6a64dffe354ec41f8fd45f1eb792186f526d',
  'bf927bcce19258f171acb028c5e3277cfb71efbf50f2f5e18a9d2a2dd81f741f',
  'ebf0b1587c9ce3a3d8a85313cd5a48f7fc4d6fb8a5506d8072984f558b80fea1',
  '891ad8fd0556f8657aa546a0ecdc475998053c262c0bf7a463f25b2bb5f76648',
  'da4b473953b1ea4d144572b0d7b023fb37c935369e10ce5c4457e6d491217d92',
  '4b182138044f6fa7f964abddac90224d29f3f473e4c6fbf4110782700945e25e',
  '11459d6d79b1b7c6705dcfa1efd868ac6aa18a95624f0c3b15f27952976e7955',
  '687f2d69450298c0a267ff2143e2e55fa197c67cee0a114422e40c6b61666bb4',
  '745a90eb2fd433d81153b167217c0909c1db992b50288ce51b3d78cac21a80e1',
  '2670a82fc4d27a14066b77b46be96ed2c2b002429f16aa7aaceb725792e68353',
  '574cd7f5fa0746c7549d7853d6f5cf9d343ebc7e1d3705bfb4d47eba6a63677b',
  '9ace1d453f107d8224fa59ec6215236187bb6013cce2cd0c031228a72a897471',
  '937a4cd63499f088e72d9b28fa5e5dce136e1c023edcdfbcb150638e67a24682',
  '24bcb16b2fc44f1f3bfaf35c6a135bde3b1fe03a0cbee3d73a32692d8ca492ec',
  '4b9318410f6452e09486a93864d840621b4414189b4d84c834b8010c477611ae',
  'eae038b373df96568d9ed9bd7859d2a05000a0d8feab4adbd3549521d559d447',
  'e7a5499cb6a1ca12f1d9611ba7dbdfbf423ef0f6486b0ae5e2d716902f0acb1c',
  '2c3b966d59bb45e7063082bf51e21aadcb466e97299d0dea6b865671b7df353f',
  'e692d612b78b7e7f7ba7e7a947809af299d53be3fcf21d278449be73719e1aa0',
  '8ea64f0aafc30575246d3466732313ab25fd306e4278c99b26d5729971256817',
  '860fe6a23ae632e493b1e4bf8b91f514dd09d64b99451fd0fa4996a01dc0ad09',
  '267d1f6f1552f163e8664e2c46d23ccec4a585ade44dc349fd7b164cafac2e67',
  'a5bcec4ac345315fc7297c539eacf6666e2dbe41a24563773c552d18165debe1',
  '362633791ff8eaa82947c5a1ac39f31612741b78e76324a5bfc4ee13fe8a9f72',
  'd1e6c08f897145056e30b37b38c294f8301e280ce070ec0cd7512ff50cbbb2aa',
  '20e684b25be81eb3351edf8f53f8edefe3f054491d826be100d67ee3395fdd24',
  'd0ea6ee5840e2ef7406b8e800400bde92e2e3b2de028bc28eeb24b4025948008',
  // https://github.com/getmoto/moto/tree/master/moto/moto_proxy
  'a78b31e784b7014e1fdcdce07ffa6d2078366c6b4743362f6c9510e7cd2fbea5',
  '6ae2d1f30e1807bcf5afa7cedd7680b715d58cd0019634736a49702b320ee9a4',
  // https://github.com/GoogleCloudPlatform/gsutil/blob/master/gslib/tests/test_data/test.json
  'e0599f9d912460f23fc19765c02f57cf3139197188f5f63647f7410f29f0e335',
  // https://github.com/boto/boto/blob/develop/tests/unit/cloudfront/test_signed_urls.py
  'f9711627f2dc2dd9f4b8780cf16f5105bbd9a63e848b82ca5a5a587a44b487ab',
  // https://github.com/aws/aws-cli/blob/develop/awscli/examples/iot/create-provisioning-claim.rst
  'd95a591718eb908853f7b23185286ae0d747c645705f660a308af82a345dffe0',
  // https://github.com/restic/restic/blob/master/doc/080_examples.rst
  'd254573b5197fcf8b5d9a5702bc8f06b812840a71b3d127779d6fb6179d4fc3f',
  // https://github.com/rclone/rclone/blob/master/docs/content/s3.md
  'bef307f8121e51fc3232c2f73410801c2ff0d0742a03e4fe254d5d3872724984',
]);

/** Whether a key, as base64 without line ends and padding, or a token is one of the published samples. */
export function isPublished(secret: string): boolean {
  return SAMPLES.has(createHash('sha256').update(secret).digest('hex'));
}
