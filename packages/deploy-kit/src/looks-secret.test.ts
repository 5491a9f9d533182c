import { expect, test } from 'vitest';
import { looksSecret } from './looks-secret.ts';

const SECRET = `
.env .env.local .env.production .env-prod .env~ .env.bak .ENV prod.env app/prod.env .envrc .dev.vars .dev.vars.production
.npmrc .pypirc .git-credentials .netrc _netrc .pgpass .my.cnf .htpasswd .vault-token .dockercfg .dockerconfigjson
.docker/config.json home/.kube/config .aws/config .aws/credentials credentials.json service-account.json
prod-service-account.json serviceAccountKey.json service_account.json shop-firebase-adminsdk-x1-ab.json
client_secret_12.apps.googleusercontent.com.json secrets.yaml app.secrets.toml terraform.tfstate terraform.tfstate.backup
prod.tfvars id_rsa id_ed25519 id_ed25519_sk ssh_host_rsa_key server.key server.pem app.keystore release.jks AuthKey.p8
.prod.env.swp id_rsa.old
`;

const HARMLESS = `
.env.example .env.sample .env.template .env.defaults .env.dist example.env .environment env.d.ts environment.ts id_rsa.pub
keys.ts credentials.ts src/secrets.py credentials.example.json secrets.sample.yaml config.json docker/config.json config
package.json tfstate.md keyboard.json monkey service-account.ts .gitignore .envoy/config.json secretsanta.json
`;

const words = (text: string) => text.trim().split(/\s+/);

test('files that usually hold secrets are known by their names, copies and other spellings included', () => {
	expect(words(SECRET).filter((path) => !looksSecret(path))).toEqual([]);
});

test('examples, sources and public keys are no secrets', () => {
	expect(words(HARMLESS).filter(looksSecret)).toEqual([]);
});
