/** Whether a file usually holds secrets, by its path or name: environment files, credentials, private keys, and their copies. */
export function looksSecret(path: string): boolean {
	const [name = '', directory = ''] = path.toLowerCase().split('/').reverse();
	const own = name.replace(BACKUP, '');
	if (HARMLESS.test(own)) return false;
	return NAMES.has(own) || NAMES.has(`${directory}/${own}`) || PATTERNS.some((pattern) => pattern.test(own));
}

/** What editors and careful people leave beside a file. */
const BACKUP = /(?:~|\.(?:bak|backup|old|orig|save|sw[op]))+$/;

const HARMLESS = /\.(?:example|sample|template|tpl|dist|defaults?)$|(?:^|[._-])(?:example|sample|template)\.\w+$/;

const NAMES = new Set([
	...['.envrc', '.dev.vars', '.npmrc', '.pypirc', '.git-credentials', '.netrc', '_netrc', '.pgpass', '.my.cnf'],
	...['.htpasswd', '.s3cfg', '.boto', '.vault-token', '.dockercfg', '.dockerconfigjson', '.docker/config.json'],
	...['credentials', '.credentials', '.secret', '.secrets', 'kubeconfig', '.kube/config', '.aws/config'],
	...['application_default_credentials.json', '.terraformrc', 'terraform.rc', '.gem/credentials', '.cargo/credentials'],
]);

const PATTERNS = [
	/^\.env(?:[._-].+)?$|\.env$|^\.dev\.vars\../,
	/\.tfstate$|\.tfvars(?:\.json)?$/,
	/^(?:.*[._-])?(?:credentials?|secrets?)\.(?:json|ya?ml|toml|ini|xml|csv|txt|env|properties)$/,
	/^(?:.*[._-])?service[_-]?account(?:[_-]?(?:key|credentials?))?\.json$/,
	/firebase-adminsdk.*\.json$|^client_secret.*\.json$/,
	/^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$|^ssh_host_\w+_key$/,
	/\.(?:pem|key|p12|p8|pfx|jks|keystore|ppk|kdbx|ovpn|kubeconfig)$/,
];
