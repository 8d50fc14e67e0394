/** Keys by address, as cosign takes them: `awskms://`, `gcpkms://`, `azurekms://`, `hashivault://` … */
const ADDRESS = /^[a-z0-9]+:\/\/[\w./:@+=-]*$/;

/** Whether a key is named by the address of a key management service and not by a file. */
export function isKmsAddress(key: string): boolean {
  return /^[a-z0-9]+:\/\//.test(key);
}

/**
 * What to do about a key that a key management service holds: the gate has no account there, and a public key is all
 * that verifying needs.
 *
 * @see https://docs.sigstore.dev/cosign/key_management/overview/
 */
export function exportKmsKey(address: string): string {
  const shown = ADDRESS.test(address) ? address : 'ADDRESS';
  return `Export its public key with \`cosign public-key --key ${shown} > key.pub\`, and name that file.`;
}
