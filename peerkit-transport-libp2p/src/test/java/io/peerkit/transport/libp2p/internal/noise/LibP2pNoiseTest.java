// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LibP2pNoiseTest {
    private static final String YAMUX = "/yamux/1.0.0";
    private static final NodeKey DIALER_KEY = NodeKey.fromSeed(seed(1));
    private static final NodeKey LISTENER_KEY = NodeKey.fromSeed(seed(2));
    private static final NoiseIdentity DIALER = NoiseIdentity.of(DIALER_KEY, seed(3));
    private static final NoiseIdentity LISTENER = NoiseIdentity.of(LISTENER_KEY, seed(4));
    private static final byte[] NONE = {};

    private static byte[] seed(int seed) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static LibP2pNoise dialer(List<String> muxers, Optional<PeerId> expected) {
        return LibP2pNoise.initiator(DIALER, seed(5), muxers, expected);
    }

    private static LibP2pNoise listener(List<String> muxers) {
        return LibP2pNoise.responder(LISTENER, seed(6), muxers);
    }

    private record Sessions(NoiseSession dialer, NoiseSession listener) {}

    private static Sessions connect(LibP2pNoise dialer, LibP2pNoise listener) {
        LibP2pNoise.Step second = listener.receive(dialer.start());
        assertThat(second.session()).isEmpty();
        LibP2pNoise.Step third = dialer.receive(second.send().orElseThrow());
        LibP2pNoise.Step done = listener.receive(third.send().orElseThrow());
        assertThat(done.send()).isEmpty();
        return new Sessions(third.session().orElseThrow(), done.session().orElseThrow());
    }

    @Test
    void receive_wholeHandshake_bothKnowEachOtherAndCanTalk() {
        Sessions sessions =
                connect(dialer(List.of(YAMUX), Optional.of(LISTENER_KEY.peerId())), listener(List.of(YAMUX)));
        assertThat(sessions.dialer().remote()).isEqualTo(LISTENER_KEY.peerId());
        assertThat(sessions.listener().remote()).isEqualTo(DIALER_KEY.peerId());
        assertThat(sessions.dialer().muxer()).hasValue(YAMUX);
        assertThat(sessions.listener().muxer()).hasValue(YAMUX);
        byte[] there = sessions.dialer().sender().encrypt(NONE, new byte[] {1, 2});
        assertThat(sessions.listener().receiver().decrypt(NONE, there)).containsExactly(1, 2);
        byte[] back = sessions.listener().sender().encrypt(NONE, new byte[] {3});
        assertThat(sessions.dialer().receiver().decrypt(NONE, back)).containsExactly(3);
    }

    @Test
    void receive_onlyOneSideOffersMuxers_noneSettledOn() {
        Sessions sessions = connect(dialer(List.of(YAMUX), Optional.empty()), listener(List.of()));
        assertThat(sessions.dialer().muxer()).isEmpty();
        assertThat(sessions.listener().muxer()).isEmpty();
        sessions = connect(dialer(List.of(), Optional.empty()), listener(List.of(YAMUX)));
        assertThat(sessions.dialer().muxer()).isEmpty();
        assertThat(sessions.listener().muxer()).isEmpty();
    }

    @Test
    void receive_listsInDifferentOrder_initiatorsFirst() {
        Sessions sessions = connect(
                dialer(List.of("/x", YAMUX, "/mplex/6.7.0"), Optional.empty()),
                listener(List.of("/mplex/6.7.0", YAMUX)));
        assertThat(sessions.dialer().muxer()).hasValue(YAMUX);
        assertThat(sessions.listener().muxer()).hasValue(YAMUX);
    }

    @Test
    void receive_noMuxerInCommon_refusedByTheInitiator() {
        LibP2pNoise dialer = dialer(List.of("/x"), Optional.empty());
        byte[] second = listener(List.of(YAMUX)).receive(dialer.start()).send().orElseThrow();
        assertThatThrownBy(() -> dialer.receive(second)).isInstanceOf(ProtocolRefusedException.class);
    }

    @Test
    void receive_otherPeerThanExpected_refused() {
        LibP2pNoise dialer = dialer(List.of(YAMUX), Optional.of(DIALER_KEY.peerId()));
        byte[] second = listener(List.of(YAMUX)).receive(dialer.start()).send().orElseThrow();
        assertThatThrownBy(() -> dialer.receive(second))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("noise peer is " + LISTENER_KEY.peerId() + ", must be " + DIALER_KEY.peerId());
    }

    /** A peer that shows another's key, with that one's signature over another static key. */
    @Test
    void receive_signatureOverAnotherStaticKey_refused() {
        byte[] stolen = DIALER.payload(List.of()).encode();
        assertThatThrownBy(() -> receiveFromInitiatorWith(stolen))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("noise peer claims to be " + DIALER_KEY.peerId() + " without that key's signature");
    }

    @Test
    void receive_payloadWithoutKeyOrSignature_refused() {
        assertThatThrownBy(() -> receiveFromInitiatorWith(NONE)).hasMessageContaining("both must be there");
        ProtobufWriter keyOnly = new ProtobufWriter();
        keyOnly.bytes(1, DIALER_KEY.publicKeyProtobuf());
        assertThatThrownBy(() -> receiveFromInitiatorWith(keyOnly.toBytes()))
                .hasMessage("noise payload has an identity key of 36 bytes and a signature of 0, both must be there");
    }

    private static LibP2pNoise.Step receiveFromInitiatorWith(byte[] payload) {
        NoiseHandshake raw = new NoiseHandshake(true, new X25519KeyPair(seed(7)), new X25519KeyPair(seed(8)), NONE);
        LibP2pNoise listener = listener(List.of(YAMUX));
        raw.read(listener.receive(raw.write(NONE)).send().orElseThrow());
        return listener.receive(raw.write(payload));
    }

    @Test
    void receive_payloadInTheFirstMessage_refused() {
        assertThatThrownBy(() -> listener(List.of()).receive(new byte[33]))
                .hasMessage("noise handshake message 1 has a payload of 1 bytes, must have none");
    }

    @Test
    void payload_mostMuxersAndLongestNames_takenAndOneMoreRefused() {
        List<String> most = Collections.nCopies(NoisePayload.MAX_MUXERS, "m".repeat(NoisePayload.MAX_MUXER_BYTES));
        assertThat(NoisePayload.decode(DIALER.payload(most).encode()).muxers()).isEqualTo(most);
        byte[] oneMore = DIALER.payload(Collections.nCopies(17, "m")).encode();
        assertThatThrownBy(() -> NoisePayload.decode(oneMore)).hasMessage("noise extensions offer more than 16 muxers");
        byte[] longer = DIALER.payload(List.of("m".repeat(129))).encode();
        assertThatThrownBy(() -> NoisePayload.decode(longer))
                .hasMessage("noise extensions field 2 of 129 bytes, at most 128");
        byte[] tooLong = new NoisePayload(new byte[1], new byte[2_049], List.of()).encode();
        assertThatThrownBy(() -> NoisePayload.decode(tooLong)).hasMessageContaining("2049 bytes, at most 2048");
        assertThatThrownBy(() -> NoisePayload.decode(new byte[8_193])).hasMessageContaining("8193 bytes, at most 8192");
    }

    @Test
    void payload_unknownFields_ignored() {
        byte[] known = DIALER.payload(List.of(YAMUX)).encode();
        ProtobufWriter unknown = new ProtobufWriter();
        unknown.bytes(3, new byte[9]);
        unknown.varint(77, 5);
        byte[] both = Arrays.copyOf(known, known.length + unknown.toBytes().length);
        System.arraycopy(unknown.toBytes(), 0, both, known.length, unknown.toBytes().length);
        NoisePayload payload = NoisePayload.decode(both);
        assertThat(payload.identityKey()).isEqualTo(DIALER_KEY.publicKeyProtobuf());
        assertThat(payload.muxers()).containsExactly(YAMUX);
    }

    @Test
    void payload_randomBytes_refusedOrReadBack() {
        Fuzz.run(11, List.of(DIALER.payload(List.of(YAMUX, "/x")).encode()), bytes -> {
            NoisePayload payload = NoisePayload.decode(bytes);
            NoisePayload again = NoisePayload.decode(payload.encode());
            assertThat(again.identityKey()).isEqualTo(payload.identityKey());
            assertThat(again.signature()).isEqualTo(payload.signature());
            assertThat(again.muxers()).isEqualTo(payload.muxers());
        });
    }

    /** Fewer cases than for the decoders behind it: each costs an agreement on a key. */
    @Test
    void receive_changedMessages_refused() {
        Random random = new Random(12);
        for (int i = 0; i < 1_000; i++) {
            LibP2pNoise dialer = dialer(List.of(YAMUX), Optional.empty());
            byte[] second =
                    listener(List.of(YAMUX)).receive(dialer.start()).send().orElseThrow();
            second[random.nextInt(second.length)] ^= (byte) (1 << random.nextInt(8));
            // The highest bit of a point on the curve is ignored by the agreement, but not by the transcript.
            assertThatThrownBy(() -> dialer.receive(second)).isInstanceOf(InvalidBytesException.class);
        }
    }
}
