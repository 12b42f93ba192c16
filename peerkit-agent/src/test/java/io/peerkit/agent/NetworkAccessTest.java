// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.api.AgentId;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NetworkId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class NetworkAccessTest {
    private static final byte[] HASH = filled(32, 9);
    private static final AgentId PROVER = AgentId.of(filled(32, 4));
    private final NetworkAccess access = NetworkAccess.sharedKey(filled(32, 3));

    @Test
    void sharedKey_lengthBounds_inPairs() {
        assertThat(NetworkAccess.sharedKey(filled(16, 1))).isNotNull();
        assertThat(NetworkAccess.sharedKey(filled(64, 1))).isNotNull();
        for (int wrong : new int[] {0, 15, 65}) {
            assertThatThrownBy(() -> NetworkAccess.sharedKey(new byte[wrong]))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("shared key of " + wrong + " bytes, must be 16 to 64");
        }
    }

    @Test
    void sharedKey_arrayChangedAfterwards_keyStays() {
        byte[] key = filled(32, 3);
        NetworkAccess copied = NetworkAccess.sharedKey(key);
        Arrays.fill(key, (byte) 0);
        NetworkAccessBytes proof = copied.prove(AccessRole.INITIATOR, HASH);
        assertThat(access.accepts(AccessRole.INITIATOR, PROVER, HASH, proof)).isTrue();
    }

    @Test
    void networkId_sharedKey_isHmacOfTheKey() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(filled(32, 3), "HmacSHA256"));
        byte[] expected = mac.doFinal("peerkit-network-id-2".getBytes(StandardCharsets.US_ASCII));
        assertThat(access.networkId()).isEqualTo(NetworkId.of(expected));
        assertThat(NetworkAccess.sharedKey(filled(32, 5)).networkId()).isNotEqualTo(access.networkId());
    }

    @Test
    void networkId_open_isNamedOpen() {
        assertThat(NetworkAccess.open().networkId()).isEqualTo(NetworkId.named("open"));
    }

    @Test
    void accepts_proofForSameRoleAndTranscript_true() {
        for (AccessRole role : AccessRole.values()) {
            assertThat(access.accepts(role, PROVER, HASH, access.prove(role, HASH)))
                    .isTrue();
        }
    }

    @Test
    void accepts_otherRoleTranscriptOrKey_false() {
        NetworkAccessBytes proof = access.prove(AccessRole.INITIATOR, HASH);
        assertThat(access.accepts(AccessRole.RESPONDER, PROVER, HASH, proof)).isFalse();
        assertThat(access.accepts(AccessRole.INITIATOR, PROVER, filled(32, 8), proof))
                .isFalse();
        assertThat(NetworkAccess.sharedKey(filled(32, 5)).accepts(AccessRole.INITIATOR, PROVER, HASH, proof))
                .isFalse();
    }

    @Test
    void accepts_changedProof_false() {
        byte[] proof = access.prove(AccessRole.INITIATOR, HASH).toBytes();
        for (int length : new int[] {0, 31, 33}) {
            assertThat(accepted(Arrays.copyOf(proof, length))).isFalse();
        }
        for (int bit = 0; bit < 8 * proof.length; bit++) {
            byte[] flipped = proof.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(accepted(flipped)).isFalse();
        }
        assertThat(accepted(access.networkId().toBytes())).isFalse();
        assertThat(accepted(proof)).isTrue();
    }

    @Test
    void open_anyProof_acceptedAndProofEmpty() {
        NetworkAccess open = NetworkAccess.open();
        assertThat(open.accepts(AccessRole.INITIATOR, PROVER, HASH, NetworkAccessBytes.of(filled(7, 7))))
                .isTrue();
        assertThat(open.prove(AccessRole.RESPONDER, HASH)).isEqualTo(NetworkAccessBytes.empty());
    }

    @Test
    void accessBytes_lengthBound_inPairs() {
        assertThat(NetworkAccessBytes.of(new byte[4_096]).toBytes()).hasSize(4_096);
        assertThatThrownBy(() -> NetworkAccessBytes.of(new byte[4_097]))
                .isInstanceOf(InvalidBytesException.class)
                .hasMessage("access bytes of 4097 bytes, at most 4096");
    }

    @Test
    void accessBytes_arraysChangedAfterwards_valueStays() {
        byte[] source = {1, 2};
        NetworkAccessBytes bytes = NetworkAccessBytes.of(source);
        source[0] = 9;
        bytes.toBytes()[1] = 9;
        assertThat(bytes).isEqualTo(NetworkAccessBytes.of(new byte[] {1, 2}));
        assertThat(bytes).hasSameHashCodeAs(NetworkAccessBytes.of(new byte[] {1, 2}));
        assertThat(bytes).hasToString("2 access bytes");
    }

    private boolean accepted(byte[] proof) {
        return access.accepts(AccessRole.INITIATOR, PROVER, HASH, NetworkAccessBytes.of(proof));
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
