// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.gossip.Authority;
import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborMap;
import io.peerkit.gossip.internal.entry.Mutations;
import io.peerkit.gossip.internal.peer.JdkAgent;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EpochFrameCodecTest {
    private static final ClosedEpochs EPOCHS = ClosedEpochs.of(1, 4);
    private static final List<EpochFrame> FRAMES = List.of(
            new EpochFrame.Ask(EPOCHS.head(2)),
            new EpochFrame.Ask(EpochLedger.Head.NONE),
            new EpochFrame.UpToDate(),
            new EpochFrame.Fork(EPOCHS.chain.get(0)),
            new EpochFrame.Chain(EPOCHS.chain, false, 0, false),
            new EpochFrame.Chain(EPOCHS.chain, true, 3, true),
            new EpochFrame.Digests(EPOCHS.steps.get(0).added().pack(0, 100)),
            new EpochFrame.Propose(EPOCHS.chain.get(0)),
            new EpochFrame.Signature(new byte[64]),
            new EpochFrame.Decline("unknown-entries", Optional.empty()),
            new EpochFrame.Decline("signed-another", Optional.of(EPOCHS.chain.get(0))));

    @Test
    void roundTrip_everyFrame_equal() {
        for (EpochFrame frame : FRAMES) {
            byte[] encoded = EpochFrameCodec.encode(frame);
            EpochFrame decoded = EpochFrameCodec.decode(encoded);
            assertThat(decoded).isInstanceOf(frame.getClass());
            assertThat(EpochFrameCodec.encode(decoded)).isEqualTo(encoded);
        }
    }

    @Test
    void decode_statements_1To32() {
        SignedStatement one = EPOCHS.chain.get(0);
        byte[] most = EpochFrameCodec.encode(new EpochFrame.Chain(Collections.nCopies(32, one), true, 1, false));
        assertThat(EpochFrameCodec.decode(most)).isInstanceOf(EpochFrame.Chain.class);
        byte[] more = EpochFrameCodec.encode(new EpochFrame.Chain(Collections.nCopies(33, one), true, 1, false));
        assertThatThrownBy(() -> EpochFrameCodec.decode(more)).isInstanceOf(InvalidBytesException.class);
        byte[] none = EpochFrameCodec.encode(new EpochFrame.Chain(List.of(), true, 1, false));
        assertThatThrownBy(() -> EpochFrameCodec.decode(none)).isInstanceOf(InvalidBytesException.class);
    }

    @Test
    void decode_digests_1To4096AndWhole() {
        int most = EpochFrameCodec.MAX_DIGESTS * EntryDigests.BYTES;
        assertThat(digests(most)).isInstanceOf(EpochFrame.Digests.class);
        assertThatThrownBy(() -> digests(most + EntryDigests.BYTES)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> digests(17)).isInstanceOf(InvalidBytesException.class);
        assertThatThrownBy(() -> digests(0)).isInstanceOf(InvalidBytesException.class);
    }

    private static EpochFrame digests(int bytes) {
        return EpochFrameCodec.decode(EpochFrameCodec.encode(new EpochFrame.Digests(new byte[bytes])));
    }

    @Test
    void decode_unknownType_refused() {
        byte[] frame = Cbor.encode(CborMap.builder().put("t", 9).build());
        assertThatThrownBy(() -> EpochFrameCodec.decode(frame))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessageContaining("1 to 8");
    }

    @Test
    void decode_mutations_takenOrRefused() {
        Mutations.feed(61, FRAMES.stream().map(EpochFrameCodec::encode).toList(), EpochFrameCodec::decode);
    }

    @Test
    void isSigned_kOfN_countsOnlyTheAuthoritysValidSignatures() {
        List<JdkAgent> agents = List.of(new JdkAgent(), new JdkAgent(), new JdkAgent());
        Set<AgentId> ids = new HashSet<>();
        agents.forEach(agent -> ids.add(agent.id()));
        Authority twoOfThree = Authority.anyOf(2, ids);
        EpochStatement statement = EPOCHS.chain.get(1).statement();
        byte[] message = SignedStatement.message(statement);
        SignedStatement one =
                EPOCHS.sign(statement).with(agents.get(0).id(), agents.get(0).sign(message));
        assertThat(one.isSigned(twoOfThree, agents.get(0))).isFalse();
        SignedStatement wrong = one.with(agents.get(1).id(), agents.get(2).sign(message));
        assertThat(wrong.isSigned(twoOfThree, agents.get(0))).isFalse();
        SignedStatement two = one.with(agents.get(2).id(), agents.get(2).sign(message));
        assertThat(two.isSigned(twoOfThree, agents.get(0))).isTrue();
        assertThat(SignedStatement.decode(two.encode()).isSigned(twoOfThree, agents.get(0)))
                .isTrue();
    }
}
