// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.entry;

import static io.peerkit.gossip.internal.entry.EntrySamples.NETWORK;
import static io.peerkit.gossip.internal.entry.EntrySamples.NOW_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NetworkId;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.agent.Agent;
import io.peerkit.api.agent.AgentInfo;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.gossip.internal.chunk.BlobManifest;
import io.peerkit.gossip.internal.peer.JdkAgent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryVerifierTest {
    private static final JdkAgent AUTHOR = new JdkAgent();
    private static final Duration DRIFT = Duration.ofSeconds(60);

    private final CountingAgent agent = new CountingAgent();
    private final EntryVerifier verifier = new EntryVerifier(agent, NETWORK, DRIFT);

    /** Counts the checks of the real thing. */
    private static final class CountingAgent implements Agent {
        private int checks;

        @Override
        public AgentId id() {
            return AUTHOR.id();
        }

        @Override
        public byte[] sign(byte[] message) {
            return AUTHOR.sign(message);
        }

        @Override
        public boolean verify(AgentId signer, byte[] message, byte[] signature) {
            checks++;
            return AUTHOR.verify(signer, message, signature);
        }

        @Override
        public AgentInfo issueInfo(List<NodeAddress> addresses, Instant issuedAt, Duration lifetime) {
            return AUTHOR.issueInfo(addresses, issuedAt, lifetime);
        }

        @Override
        public AgentInfo readInfo(byte[] encoded) {
            return AUTHOR.readInfo(encoded);
        }
    }

    private static WireEntry sealed(EntryHeader header, byte[] blob) {
        SealedEntry entry =
                new EntrySealer(AUTHOR).seal(List.of(header), List.of(blob)).get(0);
        return new WireEntry(entry.stored().envelope(), blob);
    }

    private EntryVerifier.Checked check(WireEntry wire) {
        return verifier.check(verifier.open(wire).orElseThrow(), NOW_MILLIS);
    }

    private static byte[] blob(int seed) {
        return new byte[] {1, 2, 3, (byte) seed};
    }

    @Test
    void check_batchOfThreeRoots_eachRootVerifiedOnce() {
        List<EntryHeader> headers = new ArrayList<>();
        List<byte[]> blobs = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            blobs.add(blob(i));
            headers.add(EntrySamples.header(AUTHOR.id(), blob(i), HybridClock.at(NOW_MILLIS) + i));
        }
        List<SealedEntry> sealed = new EntrySealer(AUTHOR).seal(headers, blobs);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 130; i++) {
                WireEntry wire = new WireEntry(sealed.get(i).stored().envelope(), blobs.get(i));
                assertThat(check(wire)).isInstanceOf(EntryVerifier.Valid.class);
                assertThat(verifier.open(wire).orElseThrow().sealed().stored().id())
                        .isEqualTo(sealed.get(i).stored().id());
            }
        }
        assertThat(agent.checks).isEqualTo(3);
    }

    @Test
    void check_time_heldBehindTheDriftBound() {
        long latest = NOW_MILLIS + DRIFT.toMillis();
        assertThat(check(sealed(EntrySamples.header(AUTHOR.id(), blob(1), HybridClock.at(latest) + 65_535), blob(1))))
                .isInstanceOf(EntryVerifier.Valid.class);
        assertThat(check(sealed(EntrySamples.header(AUTHOR.id(), blob(1), HybridClock.at(latest + 1)), blob(1))))
                .isEqualTo(new EntryVerifier.Held(NOW_MILLIS + 1));
        assertThat(check(sealed(EntrySamples.header(AUTHOR.id(), blob(1), -2L), blob(1))))
                .isInstanceOf(EntryVerifier.Held.class);
        assertRefused(sealed(EntrySamples.header(AUTHOR.id(), blob(1), -1L), blob(1)), Refusal.WRONG_TIME);
    }

    @Test
    void check_wrongBlob_refused() {
        WireEntry right = sealed(EntrySamples.header(AUTHOR.id(), blob(1), 5), blob(1));
        assertRefused(new WireEntry(right.envelope(), blob(2)), Refusal.WRONG_HASH);
        assertRefused(new WireEntry(right.envelope(), new byte[5]), Refusal.WRONG_SIZE);
    }

    @Test
    void check_wrongNetworkOrEpoch_refused() {
        EntryHeader right = EntrySamples.header(AUTHOR.id(), blob(1), 5);
        assertRefused(sealed(with(right, NetworkId.named("other"), 1, 0), blob(1)), Refusal.WRONG_NETWORK);
        assertRefused(sealed(with(right, NETWORK, 0, 0), blob(1)), Refusal.WRONG_EPOCH);
    }

    @Test
    void check_kindOfALaterVersion_provenAndNotUnderstood() {
        WireEntry later = sealed(with(EntrySamples.header(AUTHOR.id(), blob(1), 5), NETWORK, 1, 9), blob(1));
        assertThat(check(later)).isInstanceOf(EntryVerifier.Valid.class);
        assertThat(verifier.open(later).orElseThrow().understood()).isFalse();
        assertRefused(new WireEntry(later.envelope(), blob(2)), Refusal.WRONG_HASH);
    }

    @Test
    void check_delete_namesSomethingAndHasNoContent() {
        EntryId target = EntryId.ofHeader(blob(3));
        assertThat(check(delete(List.of(target), new byte[0]))).isInstanceOf(EntryVerifier.Valid.class);
        assertRefused(delete(List.of(), new byte[0]), Refusal.WRONG_DELETE);
        assertRefused(delete(List.of(target), blob(1)), Refusal.WRONG_DELETE);
    }

    private static WireEntry delete(List<EntryId> targets, byte[] content) {
        EntryHeader from = EntrySamples.header(AUTHOR.id(), content, 5);
        return sealed(
                new EntryHeader(
                        from.network(),
                        from.author(),
                        from.time(),
                        1,
                        from.topic(),
                        EntryHeader.KIND_DELETE,
                        from.blobHash(),
                        from.blobSize(),
                        targets),
                content);
    }

    @Test
    void check_largeBlob_onlyWithAManifest() {
        byte[] manifest =
                new BlobManifest(BlobHash.ofBlob(blob(1)), 2_000_000, List.of(BlobHash.ofBlob(blob(2)))).encode();
        EntryHeader right = EntrySamples.header(AUTHOR.id(), manifest, 5);
        assertThat(check(sealed(with(right, NETWORK, 1, 1), manifest))).isInstanceOf(EntryVerifier.Valid.class);
        EntryHeader wrong = EntrySamples.header(AUTHOR.id(), blob(1), 5);
        assertRefused(sealed(with(wrong, NETWORK, 1, 1), blob(1)), Refusal.WRONG_MANIFEST);
    }

    private static EntryHeader with(EntryHeader header, NetworkId network, long epoch, int kind) {
        return new EntryHeader(
                network,
                header.author(),
                header.time(),
                epoch,
                header.topic(),
                kind,
                header.blobHash(),
                header.blobSize(),
                header.links());
    }

    @Test
    void check_signedByAnother_refused() {
        assertRefused(sealed(EntrySamples.header(new JdkAgent().id(), blob(1), 5), blob(1)), Refusal.WRONG_SIGNATURE);
    }

    @Test
    void check_rightSignatureBesideAnotherHeader_refused() {
        WireEntry right = sealed(EntrySamples.header(AUTHOR.id(), blob(1), 5), blob(1));
        assertThat(check(right)).isInstanceOf(EntryVerifier.Valid.class);
        EntryEnvelope envelope = EntryCodec.decodeEnvelope(right.envelope());
        byte[] later = EntryCodec.encodeHeader(EntrySamples.header(AUTHOR.id(), blob(1), 6));
        EntryEnvelope forged =
                new EntryEnvelope(later, envelope.signature(), envelope.index(), envelope.size(), envelope.path());
        assertRefused(new WireEntry(EntryCodec.encodeEnvelope(forged), blob(1)), Refusal.WRONG_SIGNATURE);
    }

    @Test
    void open_malformed_empty() {
        assertThat(verifier.open(new WireEntry(new byte[] {1}, blob(1)))).isEmpty();
    }

    @Test
    void check_mutatedEntries_neverValidUnlessTheSame() {
        WireEntry right = sealed(EntrySamples.header(AUTHOR.id(), blob(1), 5), blob(1));
        for (int i = 0; i < right.envelope().length; i++) {
            byte[] changed = right.envelope().clone();
            changed[i] ^= 0x01;
            verifier.open(new WireEntry(changed, blob(1)))
                    .ifPresent(opened ->
                            assertThat(verifier.check(opened, NOW_MILLIS)).isNotInstanceOf(EntryVerifier.Valid.class));
        }
    }

    private void assertRefused(WireEntry wire, Refusal reason) {
        assertThat(check(wire)).isEqualTo(new EntryVerifier.Refused(reason));
    }

    @Test
    void checkWithoutBlob_headerAlone_everythingButTheBlobIsProven() {
        byte[] blob = blob(1);
        WireEntry whole = sealed(EntrySamples.header(AUTHOR.id(), blob, HybridClock.at(NOW_MILLIS)), blob);
        WireEntry bare = new WireEntry(whole.envelope(), new byte[0]);
        EntryVerifier elsewhere = new EntryVerifier(agent, NetworkId.named("other"), DRIFT);

        assertThat(verifier.checkWithoutBlob(verifier.open(bare).orElseThrow(), NOW_MILLIS))
                .isInstanceOf(EntryVerifier.Valid.class);
        assertThat(check(bare)).isEqualTo(new EntryVerifier.Refused(Refusal.WRONG_SIZE));
        assertThat(elsewhere.checkWithoutBlob(elsewhere.open(bare).orElseThrow(), NOW_MILLIS))
                .isEqualTo(new EntryVerifier.Refused(Refusal.WRONG_NETWORK));
        byte[] forged = whole.envelope().clone();
        forged[forged.length - 1] ^= 1; // in the signature
        assertThat(verifier.checkWithoutBlob(
                        verifier.open(new WireEntry(forged, new byte[0])).orElseThrow(), NOW_MILLIS))
                .isEqualTo(new EntryVerifier.Refused(Refusal.WRONG_SIGNATURE));
    }
}
