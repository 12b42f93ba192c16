// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.AccessNegotiation;
import io.peerkit.api.transport.AccessNegotiation.Continue;
import io.peerkit.api.transport.AccessNegotiation.Denied;
import io.peerkit.api.transport.AccessNegotiation.Granted;
import io.peerkit.api.transport.AccessNegotiation.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The handshake as a transport drives it, and the bytes that the documentation shows. */
class AccessHandshakeTest {
    private static final NodeId INITIATOR = new NodeId("initiator-node");
    private static final NodeId RESPONDER = new NodeId("responder-node");

    private final LocalAgent alice = LocalAgent.open(KeyStore.inMemory(filled(32, 1)));
    private final LocalAgent bob = LocalAgent.open(KeyStore.inMemory(filled(32, 2)));
    private final NetworkAccess access = NetworkAccess.sharedKey(filled(32, 3));

    @Test
    void factory_bothSides_grantEachOtherWithCapabilities() {
        AccessHandshake one = AccessHandshake.factory(alice, access, new SecureRandom(), Set.of("a", "b"));
        AccessHandshake two = AccessHandshake.factory(bob, access, new SecureRandom(), Set.of());
        Step[] ends = run(one, two);
        assertThat(ends[4]).isInstanceOfSatisfying(Granted.class, granted -> {
            assertThat(granted.grant().agentId()).isEqualTo(bob.id());
            assertThat(granted.grant().capabilities()).isEmpty();
        });
        assertThat(ends[3]).isInstanceOfSatisfying(Granted.class, granted -> {
            assertThat(granted.grant().agentId()).isEqualTo(alice.id());
            assertThat(granted.grant().capabilities()).containsExactlyInAnyOrder("a", "b");
        });
    }

    @Test
    void factory_eachNegotiation_freshNonce() {
        AccessHandshake one = AccessHandshake.factory(alice, access, new SecureRandom(), Set.of());
        Set<String> hellos = IntStream.range(0, 100)
                .mapToObj(i -> HexFormat.of()
                        .formatHex(bytes(one.dialing(INITIATOR, RESPONDER).start())))
                .collect(Collectors.toSet());
        assertThat(hellos).hasSize(100);
    }

    @Test
    void deny_agent_turnedAwayAtOnce() {
        AccessHandshake one = AccessHandshake.factory(alice, access, new SecureRandom(), Set.of());
        AccessHandshake two = AccessHandshake.factory(bob, access, new SecureRandom(), Set.of());
        assertThat(two.isDenied(alice.id())).isFalse();
        two.deny(alice.id());
        assertThat(two.isDenied(alice.id())).isTrue();
        AccessNegotiation listener = two.listening(RESPONDER, INITIATOR);
        Step step = listener.received(bytes(one.dialing(INITIATOR, RESPONDER).start()));
        assertThat(step).isInstanceOfSatisfying(Denied.class, denied -> {
            assertThat(denied.reason()).isEqualTo("blocked");
            assertThat(denied.agentId()).contains(alice.id());
            assertThat(denied.lasting()).isFalse();
        });
        two.allow(alice.id());
        assertThat(two.isDenied(alice.id())).isFalse();
        assertThat(two.listening(RESPONDER, INITIATOR)
                        .received(bytes(one.dialing(INITIATOR, RESPONDER).start())))
                .isInstanceOf(AccessNegotiation.Continue.class);
    }

    @Test
    void factory_capabilityBounds_inPairs() {
        assertThat(AccessHandshake.factory(alice, access, new SecureRandom(), names(32, 64)))
                .isNotNull();
        for (Set<String> wrong : List.of(names(33, 3), names(1, 65), Set.of(""), Set.of("a b"), Set.of("\ud83d"))) {
            assertThatThrownBy(() -> AccessHandshake.factory(alice, access, new SecureRandom(), wrong))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("capabilit");
        }
    }

    @Test
    void handshake_documentedExample_isWhatTheCodeSends() throws IOException {
        Step[] steps = run(
                AccessHandshake.factory(alice, access, constant(0x11), Set.of("example")),
                AccessHandshake.factory(bob, access, constant(0x22), Set.of()));
        String page = page("access.md");
        for (int i = 0; i < 4; i++) {
            assertThat(page).contains(HexFormat.of().formatHex(bytes(steps[i])));
        }
        assertThat(page)
                .contains(HexFormat.of()
                        .formatHex(KeyStore.inMemory(filled(32, 1)).seed("agent")))
                .contains(HexFormat.of()
                        .formatHex(KeyStore.inMemory(filled(32, 2)).seed("agent")))
                .contains(alice.id().toString())
                .contains(bob.id().toString())
                .contains(access.networkId().toString());
    }

    @Test
    void agentInfo_documentedExample_isWhatTheCodeSends() throws IOException {
        byte[] card = alice.issueInfo(
                        List.of(new NodeAddress("/ip4/192.0.2.1/tcp/4001/p2p/initiator-node")),
                        Instant.ofEpochMilli(1_767_225_600_000L),
                        Duration.ofMinutes(15))
                .encoded();
        assertThat(page("agent-info.md"))
                .contains(HexFormat.of().formatHex(card))
                .contains(HexFormat.of()
                        .formatHex(KeyStore.inMemory(filled(32, 1)).seed("agent")));
    }

    /** Hello, Challenge, Proof, Grant and the initiator's verdict. */
    private static Step[] run(AccessHandshake one, AccessHandshake two) {
        AccessNegotiation dialer = one.dialing(INITIATOR, RESPONDER);
        AccessNegotiation listener = two.listening(RESPONDER, INITIATOR);
        assertThat(listener.start()).isEqualTo(new Continue(java.util.Optional.empty()));
        Step hello = dialer.start();
        Step challenge = listener.received(bytes(hello));
        Step proof = dialer.received(bytes(challenge));
        Step grant = listener.received(bytes(proof));
        return new Step[] {hello, challenge, proof, grant, dialer.received(bytes(grant))};
    }

    private static byte[] bytes(Step step) {
        return step instanceof Granted granted
                ? granted.frame().orElseThrow()
                : ((Continue) step).frame().orElseThrow();
    }

    private static String page(String name) throws IOException {
        return Files.readString(Path.of(System.getProperty("peerkit.root", ".."), "docs", "protocols", name));
    }

    private static RandomGenerator constant(int value) {
        return () -> value * 0x0101010101010101L;
    }

    private static Set<String> names(int count, int length) {
        return IntStream.range(0, count)
                .mapToObj(i -> String.format("%02d", i) + "x".repeat(length - 2))
                .collect(Collectors.toSet());
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
