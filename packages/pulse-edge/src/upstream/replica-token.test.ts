import { expect, test } from 'vitest';
import { readReplicaWord, replicaOf, replicaToken, replicaWord } from './replica-token.ts';

const SECRET = 'internal-token';

test('a replica has one token for whoever has the secret, made of its address alone (R2.22)', () => {
	expect(replicaToken(SECRET, { host: 'fd12::3', port: 8000 })).toBe('nAgalb20-qkRIXLrAb_7hF');
	expect(replicaToken(SECRET, { host: 'FD12::3', port: 8000 })).toBe('nAgalb20-qkRIXLrAb_7hF');
	expect(replicaToken(SECRET, { host: '10.0.1.7', port: 8000 })).toBe('-lYDrpemA06qf6gSkUmX_Q');
	expect(replicaToken('another', { host: '10.0.1.7', port: 8000 })).not.toBe('-lYDrpemA06qf6gSkUmX_Q');
});

test('what is no token of theirs names no replica, however it looks', () => {
	const replicas = ['10.0.1.7', '10.0.1.8'].map((host) => ({
		host,
		token: replicaToken(SECRET, { host, port: 8000 }),
	}));
	expect(replicaOf(replicas, replicas[1]!.token)?.host).toBe('10.0.1.8');
	const forged = ['', '10.0.1.7', 'x'.repeat(22), 'é'.repeat(22), 'x'.repeat(1_000_000), `${replicas[0]!.token} `];
	expect(forged.map((token) => replicaOf(replicas, token))).toEqual(forged.map(() => null));
});

test('a replica believes the router alone which one it is', () => {
	const token = 'nAgalb20-qkRIXLrAb_7hF';
	const word = replicaWord(SECRET, token);
	expect(word).toBe(`${token}.qX0oS3QcyU_55v587dbCjm`);
	expect(readReplicaWord(SECRET, word)).toBe(token);
	const lies = ['', token, `${token}.${token}`, replicaWord('another', token), `${word}x`, 'é'.repeat(45)];
	expect(lies.map((lie) => readReplicaWord(SECRET, lie))).toEqual(lies.map(() => null));
});
