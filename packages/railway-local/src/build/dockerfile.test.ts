// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a Dockerfile has them.

import { DockerfileError } from 'pulse-deploy-kit/dockerfile/dockerfile-error';
import { describe, expect, test } from 'vitest';
import { readDockerfile } from './dockerfile.ts';

const read = (text: string, args: Record<string, string> = {}) => readDockerfile(text, args);

test('the last stage gives command and environment', () => {
	const facts = read(
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
	expect(facts.notApplied).toEqual([expect.stringMatching(/^ENV PATH=\/app\/bin:/)]);
	expect(facts.workdir).toBe('/app');
});

describe('the command', () => {
	test.each<[string, string, string | null]>([
		['is ENTRYPOINT, then CMD', 'FROM a\nENTRYPOINT ["node"]\nCMD ["a b.js"]', "node 'a b.js'"],
		['keeps a CMD of the same stage', 'FROM a\nCMD ["x"]\nENTRYPOINT ["node"]', 'node x'],
		['forgets the CMD of the stage below', 'FROM a AS b\nCMD ["x"]\nFROM b\nENTRYPOINT ["node"]', 'node'],
		['leaves CMD out after a shell form', 'FROM a\nENTRYPOINT node s.js\nCMD ["--port","3"]', 'node s.js'],
		[
			'gives a shell form its parameters',
			'FROM a\nENTRYPOINT exec node "$@"\nCMD ["x"]',
			'/bin/sh -c \'exec node "$@"\' x',
		],
		[
			'follows SHELL',
			'FROM a\nSHELL ["/bin/bash","-o","pipefail","-c"]\nCMD a | b',
			"/bin/bash -o pipefail -c 'a | b'",
		],
		['comes from the stage below', 'FROM node AS base\nCMD ["npm","start"]\nFROM base AS final\nENV A=1', 'npm start'],
		['may be none', 'FROM a\nRUN true', null],
		[
			'is not the one of a health check',
			'FROM a\nCMD ["x"]\nHEALTHCHECK --interval=5s \\\n  CMD curl -f http://localhost/',
			'x',
		],
		['is the last one', 'FROM a\nCMD x\nCMD y', 'y'],
		['is a shell form when the array is broken', "FROM a\nCMD ['x']", "['x']"],
		['may be continued over an empty line', 'FROM a\nCMD node \\\n\n  x.js', 'node   x.js'],
		['stands after a here-string', 'FROM a\nRUN bash -c \'cat <<<"abc"\'\nCMD ["x"]', 'x'],
		['is not in a heredoc', 'FROM a\nCMD x\nRUN cat <<"E" <<-F\nCMD no\nE\nCMD no\n\tF\n', 'x'],
		['may follow a byte order mark', '\uFEFFFROM a\nCMD x', 'x'],
		['may have lines that end as on Windows', 'FROM a\r\nRUN x \\\r\n  y\r\nCMD ["x"]\r\n', 'x'],
		['may be continued by another character', '# escape=`\nFROM a\nRUN dir c:\\\nCMD x `\n y', 'x  y'],
	])('%s', (_title, text, command) => expect(read(text).command).toBe(command));
});

describe('the environment', () => {
	test.each<[string, string, Record<string, string>]>([
		['is inherited, whatever the case of AS and of the name', 'FROM n as Base\nENV A=1\nFROM base', { A: '1' }],
		['has defaults from before FROM', 'ARG M=prod\nFROM n\nARG M\nENV A=$M', { A: 'prod' }],
		['has no ARG from before FROM that the stage does not declare', 'ARG M=prod\nFROM n\nENV A=x$M', { A: 'x' }],
		['has no ARG of another stage', 'FROM n\nARG M=1\nFROM n\nENV A=x$M', { A: 'x' }],
		['has the ARG of a stage below', 'FROM n AS b\nARG M=1\nFROM b\nENV A=x$M', { A: 'x1' }],
		['takes several names of one ARG', 'FROM a\nARG A=1 B=2\nENV C=$A-$B', { C: '1-2' }],
		['sees the values from before its line', 'FROM a\nENV a=1\nENV a=2 b=$a\nENV c=$a', { a: '2', b: '1', c: '2' }],
		['does not know an ARG that comes later', 'FROM a\nENV A=x$B\nARG B=1', { A: 'x' }],
		['keeps $ in single quotes', "FROM a\nENV P='$5' N=x", { P: '$5', N: 'x' }],
		['keeps an escaped $', 'FROM a\nENV P=\\$HOME_DIR', { P: '$HOME_DIR' }],
		['joins quotes in the middle of a word', 'FROM a\nENV A=a"b c"\'d e\'\\ f', { A: 'ab cd e f' }],
		['keeps escapes in double quotes that escape nothing', 'FROM a\nENV A="a\\nb\\"c"', { A: 'a\\nb"c' }],
		['may stay empty', 'FROM a\nENV A= B=""', { A: '', B: '' }],
		[
			'knows the forms of substitution',
			'FROM a\nENV A=hello\nENV B=${A:+set} C=${X:-no} D=${A%l*} E=${A##*l} F=${A//l/L}',
			{ A: 'hello', B: 'set', C: 'no', D: 'hel', E: 'o', F: 'heLLo' },
		],
		['knows the platform', 'FROM a\nARG TARGETARCH\nENV A=$TARGETARCH', { A: 'amd64' }],
	])('%s', (_title, text, env) => expect(read(text).env).toEqual(env));

	test('takes a build argument in place of a default, where it is declared', () => {
		expect(read('FROM a\nARG A=1\nENV B=$A C=$D', { A: 'given', D: 'not declared' }).env).toEqual({
			B: 'given',
			C: '',
		});
	});
});

test('stages that the last one does not need are not followed', () => {
	expect(read('FROM a AS unused\nENV A=${X:?never}\nFROM a\nENV B=1').env).toEqual({ B: '1' });
	expect(
		read('FROM a AS one\nFROM a AS two\nFROM a\nCOPY --from=one /x /x').stages.map((stage) => stage.index),
	).toEqual([0, 2]);
});

test.each([
	['has no FROM', 'ENV A=1'],
	['has an unknown instruction', 'FROM a\nRUNN x'],
	['has a heredoc without its end', 'FROM a\nRUN <<EOF\nx'],
	['asks for a value that is not set', 'FROM a\nENV A=${B:?give B}'],
	['leaves a quote open', 'FROM a\nENV A="b'],
	['gives a name without a value', 'FROM a\nENV A=1 B'],
])('a Dockerfile that %s is refused, as Docker refuses it', (_title, text) => {
	expect(() => read(text)).toThrow(DockerfileError);
});
