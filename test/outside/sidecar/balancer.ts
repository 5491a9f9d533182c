import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';

/** Values of `Sec-Fetch-Dest` in the rules of a container app: all but `document`. */
const PARTS = '^(.*i.*|.*e|empty)$';
const MORE_PARTS = '^(.*i.*|.*e|empty|font|json|.*k.*)$';

/**
 * HAProxy as AWS's load balancer: TLS, the client put behind `X-Forwarded-For`, and the rules that a deploy makes for each
 * version, in the order of contract C1.2. A change of rules leaves open connections where they are.
 */
export class Balancer {
	readonly #folder: string;
	#process: ChildProcess | null = null;
	address = '';

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** `ports`: where the sidecar of each live version listens. */
	async route(ports: ReadonlyMap<string, number>, active: string): Promise<void> {
		if (this.address === '') this.address = `https://localhost:${await freePort()}`;
		const ids = [...ports.keys()];
		const rules = (condition: (id: string) => string) => ids.map((id) => ` use_backend ${id} if ${condition(id)}`);
		const dest = (pattern: string) => `{ req.hdr(sec-fetch-dest) -m reg ${pattern} }`;
		const config = [
			...['defaults', ' mode http', ' timeout connect 5s', ' timeout client 900s', ' timeout server 900s'],
			...[
				'frontend front',
				` bind 127.0.0.1:${new URL(this.address).port} ssl crt ${this.#certificate()} alpn http/1.1`,
			],
			' option forwardfor',
			...[' http-request set-header X-Forwarded-Proto https', ' http-request set-header X-Forwarded-Port %[dst_port]'],
			...rules((id) => `{ url_param(pulse_deployment) ${id} } or { url_param(dpl) ${id} }`),
			...rules((id) => `{ req.hdr(x-pulse-deployment) ${id} }`),
			...rules((id) => `{ req.hdr(x-deployment-id) ${id} }`),
			...rules((id) => `{ req.hdr(referer) -m sub pulse_deployment=${id} } ${dest(PARTS)}`),
			...rules((id) => `{ req.hdr(cookie) -m sub pulse_page=${id} } ${dest(MORE_PARTS)}`),
			` default_backend ${active}`,
			...[...ports].flatMap(([id, port]) => [`backend ${id}`, ` server task 127.0.0.1:${port}`]),
		];
		const file = join(this.#folder, 'haproxy.cfg');
		writeFileSync(file, `${config.join('\n')}\n`);
		const checked = spawnSync('haproxy', ['-c', '-f', file], { encoding: 'utf8' });
		if (checked.status !== 0) throw new Error(`haproxy: ${checked.stderr}${checked.stdout}`);
		if (this.#process === null) this.#process = spawn('haproxy', ['-W', '-db', '-f', file], { stdio: 'ignore' });
		else this.#process.kill('SIGUSR2');
		await until(`${active} is the active one`, () => this.#selects(active));
	}

	close(): void {
		this.#process?.kill('SIGTERM');
	}

	async #selects(id: string): Promise<boolean> {
		const args = ['-sk', '-o', '/dev/null', '-D', '-', `${this.address}/`];
		const { stdout } = spawnSync('curl', args, { encoding: 'utf8' });
		return new RegExp(`^x-pulse-selected-deployment: ${id}\r$`, 'im').test(stdout);
	}

	#certificate(): string {
		const [key, cert, both] = ['key.pem', 'cert.pem', 'both.pem'].map((name) => join(this.#folder, name)) as [
			string,
			string,
			string,
		];
		const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
		const keys = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert];
		if (this.#process === null) {
			const made = spawnSync('openssl', ['req', '-x509', '-days', '2', ...keys, ...names], { encoding: 'utf8' });
			if (made.status !== 0) throw new Error(`no certificate: ${made.stderr}`);
			writeFileSync(both, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
		}
		return both;
	}
}
