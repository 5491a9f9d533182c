// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a Dockerfile has them.
import { expect, test } from 'vitest';
import { readDockerfile } from './dockerfile.ts';

test('the last stage gives command and environment, and what cannot be carried out is named', () => {
	const facts = readDockerfile(
		`# syntax=docker/dockerfile:1
FROM node:20 AS build
ENV FROM_BUILD=1
CMD ["wrong"]

FROM node:20-slim
ARG APP_FILE=main.ts
ARG UNSET
ENV NODE_ENV=production \\
    # a comment between
    GREETING="hello \${APP_FILE}"
ENV PATH=/app/bin:$PATH
ENV LEGACY two words
WORKDIR /app
COPY --from=build /app .
RUN <<EOF
npm ci
CMD not this
EOF
EXPOSE 8000
CMD ["sh", "-c", "pulse run $APP_FILE --prod"]
`,
		{ APP_FILE: 'server.ts', SECRET: 'not declared' },
	);
	expect(facts.command).toBe("sh -c 'pulse run $APP_FILE --prod'");
	expect(facts.env).toEqual({ NODE_ENV: 'production', GREETING: 'hello server.ts', LEGACY: 'two words' });
	expect(facts.ignored.map((line) => line.split(' ')[0])).toEqual(['ENV', 'WORKDIR', 'COPY', 'RUN']);
});

test('ENTRYPOINT comes before CMD, and a later ENTRYPOINT forgets the CMD before it', () => {
	expect(readDockerfile('FROM a\nENTRYPOINT ["node"]\nCMD ["a b.js"]', {}).command).toBe("node 'a b.js'");
	expect(readDockerfile('FROM a\nCMD x\nENTRYPOINT ["node"]', {}).command).toBe('node');
	expect(readDockerfile('FROM a\nRUN true', {}).command).toBeNull();
});
