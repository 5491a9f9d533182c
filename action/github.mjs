/** The one comment of a job on a pull request, by GitHub's REST API. */

const TRIES = 4;
const TIMEOUT_MS = 15_000;
/** A pull request with more comments than this gets another one of ours. */
const MOST_PAGES = 30;

export function openComments({
	api,
	repository,
	number,
	token,
	sleep = (ms) => new Promise((done) => setTimeout(done, ms)),
}) {
	if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new Error(`not a repository: '${repository}'`);
	const { protocol, hostname } = new URL(api);
	// The request carries a token.
	if (protocol !== 'https:' && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
		throw new Error(`${api} must be https`);
	const base = `${api.replace(/\/+$/, '')}/repos/${repository}`;

	async function ask(method, path, body) {
		for (let attempt = 1; ; attempt++) {
			const answer = await fetch(`${base}${path}`, {
				method,
				redirect: 'error',
				signal: AbortSignal.timeout(TIMEOUT_MS),
				headers: {
					accept: 'application/vnd.github+json',
					authorization: `Bearer ${token}`,
					'x-github-api-version': '2022-11-28',
					'user-agent': 'pulse-deploy',
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			}).catch((error) => ({ ok: false, status: 0, error }));
			if (answer.ok) return answer.json();
			// A comment whose answer was lost may stand: it is looked for again before another is made.
			const again = answer.status === 429 || (method !== 'POST' && (answer.status === 0 || answer.status >= 500));
			if (!again || attempt === TRIES)
				throw new Error(`${method} ${path}: ${answer.error?.message ?? `status ${answer.status}`}`);
			const seconds = Number(answer.headers?.get('retry-after'));
			await sleep(Math.min(seconds > 0 ? seconds * 1000 : 500 * 2 ** attempt, 60_000));
		}
	}

	/** Only of a bot: what a user wrote under our mark could be changed by them again after we did. */
	async function find(mark) {
		for (let page = 1; page <= MOST_PAGES; page++) {
			const comments = await ask('GET', `/issues/${number}/comments?per_page=100&page=${page}`);
			const own = comments.find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(mark));
			if (own !== undefined) return own.id;
			if (comments.length < 100) return null;
		}
		return null;
	}

	return {
		/** Makes it, or changes the one that stands. */
		async write(mark, body) {
			const id = await find(mark);
			if (id !== null) return ask('PATCH', `/issues/comments/${id}`, { body });
			return ask('POST', `/issues/${number}/comments`, { body });
		},
	};
}
