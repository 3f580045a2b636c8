"""The parts of a forecast: history by day, calendar effects, shapes, models, backtest, spread."""
