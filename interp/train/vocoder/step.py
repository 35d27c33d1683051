"""One step of the vocoder's training in each of its three phases: what is computed, not what is updated."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from accelerate import Accelerator
from jaxtyping import Float
from torch import Tensor, nn

from interp.train.vocoder.bank import Crops
from interp.train.vocoder.losses import discriminator_loss, feature_loss, generator_loss, mel_loss, stft_loss
from interp.train.vocoder.settings import VocoderTraining
from interp.vocoders.neural.network import VocoderNetwork
from interp.vocoders.neural.pitch import f0_of, pitch_loss

Figures = dict[str, float]
Loss = Float[Tensor, ""]


@dataclass(frozen=True)
class StepInputs:
    """Crops, and the normals and phases of their excitation: see `VocoderNetwork.forward`."""

    crops: Crops
    noise: Float[Tensor, "batch samples"]
    start: Float[Tensor, " batch"]


def pitch(accelerator: Accelerator, network: VocoderNetwork, inputs: StepInputs) -> tuple[Loss, Figures]:
    """Loss of the F0 reader; median distance from Praat's F0 in cents, share of frames over 100 cents off."""
    crops = inputs.crops
    with accelerator.autocast():
        guess = network.pitch(crops.mel)
    loss = pitch_loss(guess, crops.f0_hz)
    voiced = crops.f0_hz > 0
    with torch.no_grad():
        cents = 1200 * torch.log2(f0_of(guess)[voiced] / crops.f0_hz[voiced]).abs()
    figures = {"pitch": loss.item()}
    if bool(voiced.any()):
        figures |= {"f0_cents": float(cents.median()), "f0_gross": float((cents > 100).float().mean())}
    return loss, figures


def reconstruction(
    accelerator: Accelerator, network: VocoderNetwork, inputs: StepInputs, settings: VocoderTraining
) -> tuple[Loss, Figures]:
    """Mel and multi-resolution STFT losses."""
    loss, _, figures = _reconstructed(accelerator, network, inputs, settings)
    return loss, figures


def adversarial(
    accelerator: Accelerator,
    network: VocoderNetwork,
    judges: nn.Module,
    inputs: StepInputs,
    settings: VocoderTraining,
    grown: float,
) -> tuple[Loss, Loss, Figures]:
    """Loss of the discriminators and of the vocoder, both at the weights as they are.

    Parameters
    ----------
    grown : share of the adversarial weights, 0 to 1
    """
    loss, made, figures = _reconstructed(accelerator, network, inputs, settings)
    with accelerator.autocast():
        judges.requires_grad_(True)
        real_verdicts, real_maps = judges(inputs.crops.wav)
        judges_loss = discriminator_loss(real_verdicts, judges(made.detach())[0])
        judges.requires_grad_(False)
        verdicts, maps = judges(made)
        fooled, features = generator_loss(verdicts), feature_loss(real_maps, maps)
    judges.requires_grad_(True)
    loss = loss + grown * (settings.adversarial_weight * fooled + settings.feature_weight * features)
    told = {"judges": judges_loss, "adversarial": fooled, "features": features}
    return judges_loss, loss, figures | {name: value.item() for name, value in told.items()}


def _reconstructed(
    accelerator: Accelerator, network: VocoderNetwork, inputs: StepInputs, settings: VocoderTraining
) -> tuple[Loss, Float[Tensor, "batch samples"], Figures]:
    crops = inputs.crops
    with accelerator.autocast():
        made = network(crops.mel, inputs.noise, inputs.start)
    mel, stft = mel_loss(made, crops.wav, network.grid), stft_loss(made, crops.wav, network.grid)
    loss = settings.mel_weight * mel + settings.stft_weight * stft
    return loss, made, {"mel": mel.item(), "stft": stft.item()}
