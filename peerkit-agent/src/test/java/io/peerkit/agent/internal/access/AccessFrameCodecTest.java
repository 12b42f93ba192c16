// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.access;

import static io.peerkit.agent.internal.access.Handshakes.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.NetworkAccessBytes;
import io.peerkit.agent.internal.access.AccessFrame.Challenge;
import io.peerkit.agent.internal.access.AccessFrame.Deny;
import io.peerkit.agent.internal.access.AccessFrame.Evidence;
import io.peerkit.agent.internal.access.AccessFrame.Grant;
import io.peerkit.agent.internal.access.AccessFrame.Hello;
import io.peerkit.agent.internal.access.AccessFrame.Proof;
import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborArray;
import io.peerkit.cbor.CborInteger;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import io.peerkit.cbor.CborMapBuilder;
import io.peerkit.cbor.CborSimple;
import io.peerkit.cbor.CborText;
import io.peerkit.cbor.CborValue;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AccessFrameCodecTest {
    private static final AgentId AGENT = AgentId.of(filled(32, 1));
    private static final byte[] NONCE = filled(32, 2);
    private static final Evidence EVIDENCE = new Evidence(filled(64, 3), NetworkAccessBytes.of(filled(32, 4)));
    private static final Hello HELLO = new Hello(List.of(2), AGENT, NONCE, Set.of("a"));

    @Test
    void decode_eachFrame_readsBack() {
        Hello hello = (Hello) decoded(new Hello(List.of(2, 7), AGENT, NONCE, Set.of("b", "a")));
        assertThat(hello.versions()).containsExactly(2, 7);
        assertThat(hello.agentId()).isEqualTo(AGENT);
        assertThat(hello.nonce()).isEqualTo(NONCE);
        assertThat(hello.capabilities()).containsExactlyInAnyOrder("a", "b");
        Challenge challenge = (Challenge) decoded(new Challenge(65_535, AGENT, NONCE, Set.of()));
        assertThat(challenge.version()).isEqualTo(65_535);
        assertThat(challenge.agentId()).isEqualTo(AGENT);
        assertThat(challenge.nonce()).isEqualTo(NONCE);
        assertThat(((Proof) decoded(new Proof(EVIDENCE))).evidence().signature())
                .isEqualTo(EVIDENCE.signature());
        assertThat(((Grant) decoded(new Grant(EVIDENCE))).evidence().accessBytes())
                .isEqualTo(EVIDENCE.accessBytes());
        assertThat(decoded(new Deny("version"))).isEqualTo(new Deny("version"));
    }

    @Test
    void encode_largestHelloAndGrant_fitAFrame() {
        Hello hello = new Hello(Collections.nCopies(16, 65_535), AGENT, NONCE, names(32, 64));
        assertThat(AccessFrameCodec.encode(hello)).hasSizeLessThan(AccessNegotiation.MAX_FRAME_BYTES);
        Grant grant = new Grant(new Evidence(filled(64, 3), NetworkAccessBytes.of(new byte[4_096])));
        assertThat(AccessFrameCodec.encode(grant)).hasSizeLessThan(AccessNegotiation.MAX_FRAME_BYTES);
        assertThat(decoded(hello)).isInstanceOf(Hello.class);
        assertThat(decoded(grant)).isInstanceOf(Grant.class);
    }

    @Test
    void decode_boundsOfHello_inPairs() {
        refused(HELLO, "versions", integers(17, 2), "versions of 17 items, at most 16");
        refused(HELLO, "versions", integers(0, 2), "versions of 0 items");
        refused(HELLO, "versions", integers(1, 0), "versions of 0");
        refused(HELLO, "versions", integers(1, 65_536), "versions of 65536");
        refused(HELLO, "agent", bytes(31), "agent of 31 bytes, must be 32");
        refused(HELLO, "agent", bytes(33), "agent of 33 bytes, must be 32");
        refused(HELLO, "nonce", bytes(31), "nonce of 31 bytes, must be 32");
        refused(HELLO, "nonce", bytes(33), "nonce of 33 bytes, must be 32");
        refused(HELLO, "caps", texts(names(33, 3)), "caps of 33 items, at most 32");
        refused(HELLO, "caps", texts(names(1, 65)), "caps of 65 characters, at most 64");
        refused(HELLO, "caps", texts(Set.of("")), "caps has a name");
        refused(HELLO, "caps", texts(Set.of("a b")), "caps has a name");
        refused(HELLO, "caps", CborArray.of(new CborText("a"), new CborText("a")), "caps has a name");
        refused(HELLO, "type", new CborText("hullo"), "type");
    }

    @Test
    void decode_boundsOfTheOthers_inPairs() {
        Challenge challenge = new Challenge(2, AGENT, NONCE, Set.of());
        refused(challenge, "version", CborInteger.of(0), "version of 0");
        refused(challenge, "version", CborInteger.of(65_536), "version of 65536");
        Proof proof = new Proof(EVIDENCE);
        refused(proof, "sig", bytes(63), "sig of 63 bytes, must be 64");
        refused(proof, "sig", bytes(65), "sig of 65 bytes, must be 64");
        refused(proof, "access", bytes(4_097), "access of 4097 bytes, at most 4096");
        refused(new Deny("x"), "reason", new CborText("x".repeat(65)), "reason of 65 characters, at most 64");
    }

    @Test
    void decode_keyMissingOrOfAnotherKind_refused() {
        for (AccessFrame frame : List.of(
                HELLO,
                new Challenge(2, AGENT, NONCE, Set.of()),
                new Proof(EVIDENCE),
                new Grant(EVIDENCE),
                new Deny("x"))) {
            CborMap map = map(AccessFrameCodec.encode(frame));
            for (String key : map.keys()) {
                assertThatThrownBy(() -> AccessFrameCodec.decode(without(map, key)))
                        .isInstanceOf(InvalidBytesException.class)
                        .hasMessage(key + " is missing");
                refused(frame, key, CborSimple.of(true), key + " is ");
            }
        }
    }

    @Test
    void decode_unknownKey_ignored() {
        CborMapBuilder builder = copy(map(AccessFrameCodec.encode(new Deny("x"))), "");
        byte[] later = Cbor.encode(builder.put("later", 1).build());
        assertThat(AccessFrameCodec.decode(later)).isEqualTo(new Deny("x"));
    }

    private static AccessFrame decoded(AccessFrame frame) {
        return AccessFrameCodec.decode(AccessFrameCodec.encode(frame));
    }

    private static void refused(AccessFrame frame, String key, CborValue value, String message) {
        CborMapBuilder builder = copy(map(AccessFrameCodec.encode(frame)), key).put(key, value);
        assertThatThrownBy(() -> AccessFrameCodec.decode(Cbor.encode(builder.build())))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageStartingWith(message);
    }

    private static byte[] without(CborMap map, String key) {
        return Cbor.encode(copy(map, key).build());
    }

    private static CborMapBuilder copy(CborMap map, String but) {
        CborMapBuilder builder = CborMap.builder();
        map.keys().stream().filter(key -> !key.equals(but)).forEach(key -> builder.put(key, map.require(key)));
        return builder;
    }

    private static CborMap map(byte[] frame) {
        return Cbor.decodeMap("frame", frame, CborLimits.of(AccessNegotiation.MAX_FRAME_BYTES));
    }

    private static CborValue bytes(int length) {
        return io.peerkit.cbor.CborBytes.wrap(new byte[length]);
    }

    private static CborValue integers(int count, int value) {
        return new CborArray(Collections.nCopies(count, CborInteger.of(value)));
    }

    private static CborValue texts(Set<String> names) {
        return new CborArray(
                names.stream().sorted().<CborValue>map(CborText::new).toList());
    }

    private static Set<String> names(int count, int length) {
        return IntStream.range(0, count)
                .mapToObj(i -> String.format("%02d", i) + "x".repeat(length - 2))
                .collect(Collectors.toSet());
    }
}
