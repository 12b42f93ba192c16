// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.internal.card.AgentInfoCodec;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LocalAgentTest {
    private static final long SEED = Long.getLong("peerkit.seed", 20_260_103L);
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00.123Z");
    private static final Duration LIFETIME = Duration.ofMinutes(15);
    private static final List<NodeAddress> ADDRESSES =
            List.of(new NodeAddress("/ip4/127.0.0.1/tcp/40001/p2p/x"), new NodeAddress("/ip4/10.0.0.1/tcp/1/p2p/x"));

    private final LocalAgent agent = agent(1);
    private final LocalAgent other = agent(2);

    @Test
    void open_sameStore_sameAgent() {
        assertThat(agent(1).id()).isEqualTo(agent.id());
        assertThat(other.id()).isNotEqualTo(agent.id());
        KeyStore fresh = KeyStore.inMemory();
        assertThat(LocalAgent.open(fresh).id()).isEqualTo(LocalAgent.open(fresh).id());
    }

    @Test
    void sign_anyMessage_anotherImplementationAgrees() throws Exception {
        byte[] der = HexFormat.of().parseHex("302a300506032b6570032100" + agent.id());
        Random random = new Random(SEED);
        for (int length = 0; length < 100; length++) {
            byte[] message = new byte[length];
            random.nextBytes(message);
            byte[] signature = agent.sign(message);
            Signature jdk = Signature.getInstance("Ed25519");
            jdk.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der)));
            jdk.update(message);
            assertThat(jdk.verify(signature)).isTrue();
            assertThat(agent.verify(agent.id(), message, signature)).isTrue();
            assertThat(agent.verify(other.id(), message, signature)).isFalse();
        }
    }

    @Test
    void issueInfo_anyCard_readsBackEqual() {
        AgentInfo issued = agent.issueInfo(ADDRESSES, NOW, LIFETIME);
        AgentInfo read = other.readInfo(issued.encoded());
        assertThat(read.agentId()).isEqualTo(agent.id());
        assertThat(read.addresses()).isEqualTo(ADDRESSES);
        assertThat(read.issuedAt()).isEqualTo(NOW);
        assertThat(read.expiresAt()).isEqualTo(NOW.plus(LIFETIME));
        assertThat(read)
                .isEqualTo(new AgentInfo(
                        issued.agentId(), issued.addresses(), issued.issuedAt(), issued.expiresAt(), read.encoded()));
    }

    @Test
    void issueInfo_fractionsOfMilliseconds_cutOff() {
        AgentInfo info = agent.issueInfo(List.of(), NOW.plusNanos(999_999), LIFETIME.plusNanos(999_999));
        assertThat(info.issuedAt()).isEqualTo(NOW);
        assertThat(info.expiresAt()).isEqualTo(NOW.plus(LIFETIME));
    }

    @Test
    void issueInfo_sixteenAddresses_taken_seventeen_refused() {
        assertThat(other.readInfo(agent.issueInfo(addresses(16, 200), NOW, LIFETIME)
                                .encoded())
                        .addresses())
                .hasSize(16);
        assertThatThrownBy(() -> agent.issueInfo(addresses(17, 20), NOW, LIFETIME))
                .isInstanceOf(LimitExceededException.class)
                .hasMessage("agent info with 17 addresses, at most 16");
        byte[] tooMany = AgentInfoCodec.body(agent.id(), addresses(17, 20), 1, 2);
        refused(signedCard(agent, tooMany), "addrs of 17 items, at most 16");
    }

    @Test
    void issueInfo_4096Bytes_taken_4097_refused() {
        int rest = AgentInfo.MAX_BYTES
                - agent.issueInfo(addresses(8, 480), NOW, LIFETIME).encoded().length;
        List<NodeAddress> longest = new java.util.ArrayList<>(addresses(8, 480));
        // A text of 24 to 255 characters has a head of two bytes.
        longest.add(new NodeAddress("y".repeat(rest - 2)));
        byte[] full = agent.issueInfo(longest, NOW, LIFETIME).encoded();
        assertThat(full).hasSize(AgentInfo.MAX_BYTES);
        assertThat(other.readInfo(full).addresses()).isEqualTo(longest);
        longest.set(8, new NodeAddress("y".repeat(rest - 1)));
        assertThatThrownBy(() -> agent.issueInfo(longest, NOW, LIFETIME))
                .isInstanceOf(LimitExceededException.class)
                .hasMessage("agent info of 4097 bytes, at most 4096");
        long ms = NOW.toEpochMilli();
        byte[] card = signedCard(agent, AgentInfoCodec.body(agent.id(), longest, ms, ms + LIFETIME.toMillis()));
        assertThat(card).hasSize(4_097);
        refused(card, "4097");
    }

    @Test
    void issueInfo_lifetimeBounds_inPairs() {
        for (Duration right : List.of(Duration.ofMillis(1), LocalAgent.MAX_INFO_LIFETIME)) {
            AgentInfo info = agent.issueInfo(List.of(), NOW, right);
            assertThat(other.readInfo(info.encoded()).expiresAt()).isEqualTo(NOW.plus(right));
        }
        for (Duration wrong :
                List.of(Duration.ofNanos(999_999), Duration.ZERO, LocalAgent.MAX_INFO_LIFETIME.plusMillis(1))) {
            assertThatThrownBy(() -> agent.issueInfo(List.of(), NOW, wrong))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("lifetime of " + wrong);
        }
        long day = LocalAgent.MAX_INFO_LIFETIME.toMillis();
        refused(signedCard(agent, AgentInfoCodec.body(agent.id(), List.of(), 5, 5 + day + 1)), "lives 86400001 ms");
        refused(signedCard(agent, AgentInfoCodec.body(agent.id(), List.of(), 5, 5)), "expires at");
    }

    @Test
    void issueInfo_timeBounds_inPairs() {
        Duration ms = Duration.ofMillis(1);
        Instant last = Instant.ofEpochMilli(AgentInfoCodec.MAX_TIME_MS - 1);
        for (Instant right : List.of(Instant.EPOCH, last)) {
            AgentInfo info = agent.issueInfo(List.of(), right, ms);
            assertThat(other.readInfo(info.encoded()).issuedAt()).isEqualTo(right);
        }
        for (Instant wrong : List.of(Instant.EPOCH.minusMillis(1), last.plusMillis(1), Instant.MAX, Instant.MIN)) {
            assertThatThrownBy(() -> agent.issueInfo(List.of(), wrong, ms))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("issuedAt of ");
        }
        long over = AgentInfoCodec.MAX_TIME_MS + 1;
        refused(
                signedCard(agent, AgentInfoCodec.body(agent.id(), List.of(), over - 1, over)),
                "expires of 281474976710656");
        refused(signedCard(agent, AgentInfoCodec.body(agent.id(), List.of(), -1, 1)), "issued of -1");
    }

    @Test
    void readInfo_addressOfBounds_inPairs() {
        NodeAddress longest = new NodeAddress("é".repeat(NodeAddress.MAX_LENGTH));
        assertThat(other.readInfo(
                                agent.issueInfo(List.of(longest), NOW, LIFETIME).encoded())
                        .addresses())
                .containsExactly(longest);
        for (String wrong : List.of("", "x".repeat(NodeAddress.MAX_LENGTH + 1))) {
            byte[] body = Cbor.encode(CborMap.builder()
                    .put("agent", agent.id().toBytes())
                    .put("addrs", io.peerkit.cbor.CborArray.of(new io.peerkit.cbor.CborText(wrong)))
                    .put("issued", 1)
                    .put("expires", 2)
                    .build());
            refused(signedCard(agent, body), wrong.length() + " characters");
        }
    }

    @Test
    void readInfo_unknownKeyInBody_takenBecauseItIsSigned() {
        CborMap known = Cbor.decodeMap(
                "body", AgentInfoCodec.body(agent.id(), ADDRESSES, 1, 2), CborLimits.of(AgentInfo.MAX_BYTES));
        var builder = CborMap.builder();
        known.keys().forEach(key -> builder.put(key, known.require(key)));
        byte[] body = Cbor.encode(builder.put("later", "something").build());
        assertThat(other.readInfo(signedCard(agent, body)).addresses()).isEqualTo(ADDRESSES);
    }

    @Test
    void issueInfo_capacity_readsBackEqual() {
        NodeCapacity free = NodeCapacity.unlimited();
        for (NodeCapacity capacity : List.of(
                free,
                NodeCapacity.phone().left(17),
                free.storage(0),
                free.bandwidth(NodeCapacity.MIN_BYTES_PER_SECOND),
                free.connections(NodeCapacity.MIN_CONNECTIONS))) {
            AgentInfo issued = agent.issueInfo(ADDRESSES, capacity, NOW, LIFETIME);
            assertThat(other.readInfo(issued.encoded()).capacity()).isEqualTo(capacity);
        }
        assertThat(agent.issueInfo(ADDRESSES, free, NOW, LIFETIME).encoded())
                .isEqualTo(agent.issueInfo(ADDRESSES, NOW, LIFETIME).encoded());
    }

    @Test
    void readInfo_capacityBeyondReason_broughtWithinBounds() {
        CborMap body = Cbor.decodeMap(
                "body", AgentInfoCodec.body(agent.id(), ADDRESSES, 1, 2), CborLimits.of(AgentInfo.MAX_BYTES));
        CborMap capacity = CborMap.builder()
                .put("s", 0)
                .put("f", Long.MAX_VALUE)
                .put("b", 0)
                .put("c", Long.MAX_VALUE)
                .put("later", "news")
                .build();
        byte[] changed = Cbor.encode(CborMap.builder()
                .put("agent", body.require("agent"))
                .put("addrs", body.require("addrs"))
                .put("issued", body.require("issued"))
                .put("expires", body.require("expires"))
                .put("cap", capacity)
                .build());
        assertThat(other.readInfo(signedCard(agent, changed)).capacity())
                .isEqualTo(new NodeCapacity(0, 0, NodeCapacity.MIN_BYTES_PER_SECOND, NodeCapacity.MAX_CONNECTIONS));
    }

    @Test
    void readInfo_unknownKeyBesideBody_refusedBecauseNobodySignedIt() {
        byte[] body = AgentInfoCodec.body(agent.id(), ADDRESSES, 1, 2);
        byte[] card = Cbor.encode(CborMap.builder()
                .put("sig", agent.sign(AgentInfoCodec.signed(body)))
                .put("body", body)
                .put("x", 1)
                .build());
        refused(card, "agent info with 3 keys");
    }

    @Test
    void readInfo_signedBySomeoneElseOrInAnotherDomain_refused() {
        byte[] body = AgentInfoCodec.body(agent.id(), ADDRESSES, 1, 2);
        refused(signedCard(other, body), "signature that is not by that agent");
        refused(AgentInfoCodec.card(body, agent.sign(body)), "signature that is not by that agent");
    }

    @Test
    void readInfo_anyBitFlipped_refused() {
        byte[] card = agent.issueInfo(ADDRESSES, NOW, LIFETIME).encoded();
        for (int bit = 0; bit < 8 * card.length; bit++) {
            byte[] flipped = card.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> other.readInfo(flipped)).isInstanceOf(InvalidBytesException.class);
        }
    }

    @Test
    void readInfo_truncatedOrTrailing_refused() {
        byte[] card = agent.issueInfo(ADDRESSES, NOW, LIFETIME).encoded();
        for (int length = 0; length < card.length; length++) {
            byte[] cut = Arrays.copyOf(card, length);
            assertThatThrownBy(() -> other.readInfo(cut)).isInstanceOf(InvalidBytesException.class);
        }
        refused(Arrays.copyOf(card, card.length + 1), "CBOR");
    }

    @Test
    void decode_randomAndMutatedBytes_refusedOrWithinBounds() {
        byte[] card = agent.issueInfo(ADDRESSES, NOW, LIFETIME).encoded();
        Random random = new Random(SEED);
        int read = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] input = Mutation.of(card, random);
            try {
                AgentInfo info = AgentInfoCodec.decode(input).info();
                assertThat(info.addresses()).hasSizeLessThanOrEqualTo(AgentInfo.MAX_ADDRESSES);
                read++;
            } catch (InvalidBytesException expected) {
                assertThat(expected.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + " case " + i, e);
            }
        }
        assertThat(read).as("read with seed %d", SEED).isBetween(1_000, 99_000);
    }

    private void refused(byte[] card, String part) {
        assertThatThrownBy(() -> other.readInfo(card))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining(part);
    }

    private static byte[] signedCard(LocalAgent signer, byte[] body) {
        return AgentInfoCodec.card(body, signer.sign(AgentInfoCodec.signed(body)));
    }

    private static List<NodeAddress> addresses(int count, int length) {
        return IntStream.range(0, count)
                .mapToObj(i -> new NodeAddress(String.join("", Collections.nCopies(length, "x"))))
                .toList();
    }

    private static LocalAgent agent(int number) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) number);
        return LocalAgent.open(KeyStore.inMemory(secret));
    }
}
