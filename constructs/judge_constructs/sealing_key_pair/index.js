// Makes the sealing key pair of one stage, wraps its private half by KMS, keeps it in the stage's secret, and tells only
// the public half. The secret's form and the encryption context are those of runtime/keys/sealing_secret.py.
'use strict';
const { generateKeyPairSync, randomBytes } = require('node:crypto');
const { KMSClient, EncryptCommand } = require('@aws-sdk/client-kms');
const { SecretsManagerClient, PutSecretValueCommand } = require('@aws-sdk/client-secrets-manager');

const raw = (part) => Buffer.from(part, 'base64url');

// The resource's own id says which pair it is, so that an update can repeat it.
const told = (kid, publicKey) => ({ PhysicalResourceId: `${kid}:${publicKey}`, Data: { Kid: kid, PublicKey: publicKey } });
const sameFor = (before, now) => ['SecretId', 'KeyId', 'Stage'].every((name) => before[name] === now[name]);

exports.handler = async (event) => {
  const { SecretId, KeyId, Stage } = event.ResourceProperties;
  if (event.RequestType === 'Delete') {
    // The secret goes or stays with its own removal policy.
    return {};
  }
  if (event.RequestType === 'Update' && sameFor(event.OldResourceProperties, event.ResourceProperties)) {
    // Messages in flight are sealed for this pair: only another secret or another KMS key makes a new one.
    return told(...event.PhysicalResourceId.split(':'));
  }
  const kid = `${Stage}-${randomBytes(8).toString('hex')}`;
  const pair = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const { CiphertextBlob } = await new KMSClient({}).send(new EncryptCommand({
    KeyId,
    Plaintext: raw(pair.d),
    EncryptionContext: { 'llm-judge:stage': Stage, 'llm-judge:kid': kid },
  }));
  await new SecretsManagerClient({}).send(new PutSecretValueCommand({
    SecretId,
    SecretString: JSON.stringify({ kid, wrapped_private_key: Buffer.from(CiphertextBlob).toString('base64') }),
  }));
  return told(kid, raw(pair.x).toString('base64'));
};
