// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.peer;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** An agent for tests with the platform's Ed25519: this module does not know the real one. Its cards have one address. */
public final class JdkAgent implements Agent {
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final int SIGNATURE_BYTES = 64;

    private final KeyPair keys;
    private final AgentId id;

    public JdkAgent() {
        try {
            keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        byte[] encoded = keys.getPublic().getEncoded();
        id = AgentId.of(Arrays.copyOfRange(encoded, X509_PREFIX.length, encoded.length));
    }

    @Override
    public AgentId id() {
        return id;
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(keys.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean verify(AgentId signer, byte[] message, byte[] signature) {
        try {
            byte[] key = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + 32);
            signer.copyTo(key, X509_PREFIX.length);
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(key)));
            check.update(message);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public AgentInfo issueInfo(List<NodeAddress> addresses, Instant issuedAt, Duration lifetime) {
        Instant expiresAt = issuedAt.plus(lifetime);
        byte[] content = Cbor.encode(CborMap.builder()
                .put("a", id.toBytes())
                .put("e", expiresAt.toEpochMilli())
                .put("i", issuedAt.toEpochMilli())
                .put("n", addresses.isEmpty() ? "" : addresses.get(0).value())
                .build());
        byte[] signature = sign(content);
        byte[] encoded = Arrays.copyOf(signature, SIGNATURE_BYTES + content.length);
        System.arraycopy(content, 0, encoded, SIGNATURE_BYTES, content.length);
        return new AgentInfo(id, addresses, issuedAt, expiresAt, encoded);
    }

    @Override
    public AgentInfo readInfo(byte[] encoded) {
        if (encoded.length <= SIGNATURE_BYTES) {
            throw new InvalidBytesException("card of " + encoded.length + " bytes");
        }
        byte[] content = Arrays.copyOfRange(encoded, SIGNATURE_BYTES, encoded.length);
        CborMap map = Cbor.decodeMap("card", content, CborLimits.of(AgentInfo.MAX_BYTES));
        AgentId signer = AgentId.of(map.requireBytesExact("a", 32));
        if (!verify(signer, content, Arrays.copyOf(encoded, SIGNATURE_BYTES))) {
            throw new InvalidBytesException("card is not signed by " + signer);
        }
        String address = map.requireText("n", NodeAddress.MAX_LENGTH);
        return new AgentInfo(
                signer,
                address.isEmpty() ? List.of() : List.of(new NodeAddress(address)),
                Instant.ofEpochMilli(map.requireLong("i", 0, Long.MAX_VALUE)),
                Instant.ofEpochMilli(map.requireLong("e", 0, Long.MAX_VALUE)),
                encoded);
    }
}
