/** Files that hold secrets by their usual names: environment files but their examples, and private keys. */
export function looksSecret(fileName: string): boolean {
	return (
		/^\.env(?:\.(?!example$|sample$|template$|defaults?$|dist$).+)?$/.test(fileName) ||
		/^id_(?:rsa|dsa|ecdsa|ed25519)$|\.(?:pem|key|p12|pfx)$|^\.netrc$/.test(fileName)
	);
}
